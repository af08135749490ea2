// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.registry.AllocatorEntry;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who leads, as this allocator knows it: for showing the way, nothing rests on it. Thread-safe. */
public final class Leadership {
    private final String self;
    private volatile boolean here;
    private volatile Optional<AllocatorEntry> named = Optional.empty();
    private volatile @Nullable Instant outOfReachSince = Instant.now();

    /**
     * @param self this allocator's name, as it joined
     */
    public Leadership(String self) {
        this.self = self;
    }

    /** This allocator's name. */
    public String self() {
        return self;
    }

    /** This allocator has begun a term, or it is over. */
    public void setHere(boolean leads) {
        here = leads;
    }

    /** Whom the registry names. */
    public void setNamed(Optional<AllocatorEntry> leader) {
        named = leader;
    }

    /** The registry can be asked from now on, or can't. At first it can't. */
    public void setReach(boolean inReach) {
        outOfReachSince = inReach ? null : Instant.now();
    }

    /** Since when the registry can't be asked; empty if it can. By this process's clock, for people. */
    public Optional<Instant> outOfReachSince() {
        return Optional.ofNullable(outOfReachSince);
    }

    /** Whether this allocator leads. */
    public boolean isHere() {
        return here;
    }

    /** The leader, if it is another one that can be asked. */
    public Optional<AllocatorEntry> elsewhere() {
        return here
                ? Optional.empty()
                : named.filter(leader ->
                        !leader.name().equals(self) && !leader.address().isEmpty());
    }
}
