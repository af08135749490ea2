// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.registry.AllocatorEntry;
import java.util.Optional;

/** Who leads, as this allocator knows it: for showing the way, nothing rests on it. Thread-safe. */
public final class Leadership {
    private final String self;
    private volatile boolean here;
    private volatile Optional<AllocatorEntry> named = Optional.empty();

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
