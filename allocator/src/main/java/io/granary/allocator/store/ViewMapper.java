// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.api.PartitionView;
import io.granary.api.SkuView;
import io.granary.model.Sku;
import java.util.List;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

/** The statements of {@link SqlViews}. */
interface ViewMapper {
    /** A lane at which settlement has stopped. */
    record AlarmRow(int lane, String alarm) {}

    String SKU_COLUMNS = "select code as sku, case when state = 'PAUSED' then 'PAUSED' when actual = 0 then 'SOLD_OUT'"
            + " else 'SELLING' end as state, slots, inventory, pool, actual, received, sold, written_off from sku ";

    @Select(SKU_COLUMNS + "where code = #{sku}")
    @Nullable
    SkuView sku(@Param("sku") Sku sku);

    @Select(SKU_COLUMNS + "where code > #{after} order by code limit #{limit}")
    List<SkuView> skus(@Param("after") String after, @Param("limit") int limit);

    @Select("select p.slot, p.epoch, p.node, p.lane, p.granted, p.consumed, p.returned,"
            + " p.granted - p.consumed - p.returned as held"
            + " from `partition` p join sku s on s.id = p.sku_id where s.code = #{sku} order by p.slot")
    List<PartitionView> partitions(@Param("sku") Sku sku);

    @Select("select lane, alarm from lane where alarm is not null order by lane limit #{limit}")
    List<AlarmRow> alarms(@Param("limit") int limit);
}
