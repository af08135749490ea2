// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.LeadershipLostException;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.apache.ibatis.session.SqlSession;

/**
 * The present term of leadership, one row of {@code leader_term}. Who writes as a leader checks it first, in the same
 * transaction: it holds a shared lock on the row until that ends, so no later term begins meanwhile.
 */
public interface LeaderTerm {
    @Select("select term from leader_term where id = 1 lock in share mode")
    long lock();

    @Update("update leader_term set term = term + 1, leader = #{leader} where id = 1")
    void next(@Param("leader") String leader);

    /**
     * Does nothing if this is the present term.
     *
     * @throws LeadershipLostException if it is over
     */
    static void check(SqlSession session, long term) {
        long present = session.getMapper(LeaderTerm.class).lock();
        if (present != term) {
            throw new LeadershipLostException(term, present);
        }
    }
}
