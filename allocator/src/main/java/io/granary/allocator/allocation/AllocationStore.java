// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.model.Sku;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The books as the leader uses them. Every method is one transaction, or one consistent read; every write checks
 * anew, on locked rows, what it was decided on, and is refused to a leader whose term is over.
 *
 * <p>Thread-safe; blocks its caller. Any method may fail with the exceptions of the database: then nothing is known of
 * what it wrote, so read again.
 */
public interface AllocationStore {
    /** The most changes of one {@link #apply}. */
    int MAX_CHANGES = 500;

    /** Begins the next term and ends those before: after this, no write of an earlier leader is committed. */
    long takeTerm(String leader);

    /**
     * Whether the term is still the present one; for a leader that has nothing to write.
     *
     * @throws LeadershipLostException if it is over
     */
    void checkTerm(long term);

    /** Makes sure that lanes 0 to count - 1 are in the books. */
    void ensureLanes(int count);

    /**
     * The lane of a node: the one that it has, else one that is free. A lane is free if all epochs in it are fenced and
     * its owner, if it has one, does not live; one with an alarm is not given.
     *
     * @param live the incarnations that live, for which lanes are kept
     * @return empty if no lane is free now
     * @throws LeadershipLostException if the term is over
     */
    Optional<GivenLane> assignLane(long term, String incarnation, Set<String> live);

    /**
     * The node does not take the lane that it was given: it has none any more, and the lane gets an alarm, so that nobody
     * else gets it until its cause is gone.
     *
     * @throws LeadershipLostException if the term is over
     */
    void refuseLane(long term, String incarnation, int lane, String reason);

    /** The books of those of the SKUs that exist, each as at one moment. */
    List<SkuBook> load(Collection<Sku> skus);

    /**
     * Some books in the order of their ids.
     *
     * @param unreadable those that can't be acted on, and why
     * @param lastId after which the next page begins; empty if this is the last one
     */
    record Page(List<SkuBook> books, Map<Sku, RuntimeException> unreadable, OptionalInt lastId) {
        public Page {
            books = List.copyOf(books);
            unreadable = Map.copyOf(unreadable);
        }
    }

    /** The books that follow in the order of their ids, at most so many, each as at one moment. */
    Page page(int afterId, int limit);

    /** The SKUs of which a node owns partitions. */
    List<Sku> ownedBy(String incarnation);

    /**
     * Writes changes of several SKUs in one transaction, as far as they still fit ({@link SkuBook#after}).
     *
     * @param changes at most one for each SKU, at most {@link #MAX_CHANGES}
     * @return what became of each SKU that exists
     * @throws LeadershipLostException if the term is over
     */
    List<SkuBook.Changed> apply(long term, List<SkuChange> changes);

    /**
     * The nodes that operators drain.
     *
     * @param nodes configured names
     * @param openDrains how many drains are not done: their nodes still own partitions
     */
    record Drains(Set<String> nodes, int openDrains) {
        public Drains {
            nodes = Set.copyOf(nodes);
        }
    }

    /**
     * The nodes that operators drain; a drain is done when its node owns no partition any more, and is noted down as such.
     *
     * @throws LeadershipLostException if the term is over
     */
    Drains drains(long term);

    /** What an owner needs to open partitions at their present epochs, all as at one moment. */
    TakeoverSnapshot snapshot(Collection<Sku> skus);
}
