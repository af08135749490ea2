// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import java.util.List;
import org.apache.ibatis.annotations.Select;

/** The statements of {@link Reconcile}. */
interface ReconcileMapper {
    @Select("select s.code as sku, 'pool = granted - consumed - returned of its partitions' as what, s.pool as `left`,"
            + " coalesce(sum(p.granted - p.consumed - p.returned), 0) as `right`"
            + " from sku s left join `partition` p on p.sku_id = s.id group by s.id, s.code, s.pool"
            + " having `left` <> `right` order by sku")
    List<Drift> poolOfPartitions();

    @Select("select code as sku, 'actual = pool + inventory' as what, actual as `left`, pool + inventory as `right`"
            + " from sku where actual <> pool + inventory order by sku")
    List<Drift> actualOfParts();

    @Select("select code as sku, 'received = actual + sold + written off' as what, received as `left`,"
            + " actual + sold + written_off as `right` from sku where received <> actual + sold + written_off"
            + " order by sku")
    List<Drift> receivedOfParts();

    @Select("select s.code as sku, 'sold = live quantity in the ledger' as what, s.sold as `left`,"
            + " coalesce(d.quantity, 0) as `right` from sku s left join"
            + " (select sku_id, sum(quantity) as quantity from deduction where state <> 2 group by sku_id) d"
            + " on d.sku_id = s.id having `left` <> `right` order by sku")
    List<Drift> soldOfLedger();

    @Select("select s.code as sku, 'marks of deductions in the ledger = 0' as what, count(*) as `left`, 0 as `right`"
            + " from deduction_mark m join deduction d on d.sku_id = m.sku_id and d.request_id = m.request_id"
            + " join sku s on s.id = m.sku_id group by s.id, s.code order by sku")
    List<Drift> marksOfLedger();

    @Select("select s.code as sku, 'partitions that are halted = 0' as what, count(*) as `left`, 0 as `right`"
            + " from `partition` p join sku s on s.id = p.sku_id where p.halted group by s.id, s.code order by sku")
    List<Drift> haltedPartitions();

    @Select("select s.code as sku, 'units locked in halted partitions = 0' as what,"
            + " sum(p.granted - p.consumed - p.returned) as `left`, 0 as `right`"
            + " from `partition` p join sku s on s.id = p.sku_id where p.halted group by s.id, s.code"
            + " having `left` <> 0 order by sku")
    List<Drift> lockedUnits();

    @Select("select null as sku, concat('alarms of lane ', lane, ', settled up to ', settled, ' = 0: ', alarm) as what,"
            + " 1 as `left`, 0 as `right` from lane where alarm is not null order by lane")
    List<Drift> stoppedLanes();

    @Select("select code as sku, 'least of inventory, pool, sold = at least 0' as what,"
            + " least(inventory, pool, sold, received, written_off) as `left`, 0 as `right`"
            + " from sku where least(inventory, pool, sold, received, written_off) < 0 order by sku")
    List<Drift> negatives();
}
