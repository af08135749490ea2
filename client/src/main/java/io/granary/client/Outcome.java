// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

/**
 * How a call ended, in order of precedence: where several would be true, the first of them is reported.
 *
 * <p>All but {@link #DEDUCTED} and {@link #UNKNOWN} are refusals: this call did nothing and will do nothing. A refused
 * id may be used again and may then succeed. A refusal speaks only for its own call: if an earlier call with the same
 * id ended {@link #UNKNOWN}, the ledger alone knows what became of that one.
 */
public enum Outcome {
    /**
     * The units are the caller's, durably. Later calls with the same id and quantity hear the same, or nothing certain:
     * while the slot is being taken over, {@link #UNKNOWN}, {@link #UNAVAILABLE}, or {@link #INSUFFICIENT} without a number.
     *
     * <p>What to do: take the order.
     */
    DEDUCTED,
    /**
     * The id was deducted with another quantity, which stands; {@link DeductionResult#detail()} has it.
     *
     * <p>What to do: nothing will help; two orders share one id, or one order changed after it was sent.
     */
    CONFLICT,
    /**
     * The deadline passed, or the client was closed, while an attempt was under way whose answer is not known: the
     * units may be the caller's or not.
     *
     * <p>What to do: call again with the same id and quantity, which never deducts twice; or look the id up in the
     * ledger; or release it.
     */
    UNKNOWN,
    /**
     * There is no such SKU; the registry was asked during the call.
     *
     * <p>What to do: refuse the order.
     */
    NO_SUCH_SKU,
    /**
     * Every unit of the SKU is sold; a node said so during the call, or the registry. Never said while the registry can't
     * be read: there may be partitions that this client has not heard of, and one of them may have deducted the id.
     *
     * <p>What to do: refuse the order. A restock makes the SKU sell again.
     */
    SOLD_OUT,
    /**
     * Fewer units are left than were asked for. If {@link DeductionResult#detail()} is not negative, at most so many are
     * left in all, which was true at some moment of the call. If it is negative, every partition that could be asked had
     * fewer when the deadline passed, and more units may have been on their way to them.
     *
     * <p>What to do: offer fewer units; if the detail is negative, a longer deadline may help.
     */
    INSUFFICIENT,
    /**
     * Too much was under way, here or at the nodes.
     *
     * <p>What to do: wait a little, or send less, and call again.
     */
    THROTTLED,
    /**
     * The deadline passed, or the client was closed, before anybody who serves the SKU could say yes or no, or before the
     * registry could be read to see that all had said no.
     *
     * <p>What to do: call again; if it goes on, somebody has to look at the nodes, the registry, or a paused SKU.
     */
    UNAVAILABLE;

    /** Whether it is certain that the call did nothing. */
    public boolean isRefusal() {
        return this != DEDUCTED && this != UNKNOWN;
    }
}
