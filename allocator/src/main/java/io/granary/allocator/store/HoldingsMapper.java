// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import java.util.List;
import org.apache.ibatis.annotations.Select;

/** The statements of {@link SqlHoldings}. */
interface HoldingsMapper {
    @Select("select node, count(*) as partitions, sum(granted = consumed + returned) as exhausted,"
            + " sum(granted - consumed - returned) as units, sum(consumed) as consumed"
            + " from `partition` where node is not null group by node order by node")
    List<Holdings> byNode();
}
