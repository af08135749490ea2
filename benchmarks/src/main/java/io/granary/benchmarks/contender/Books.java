// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

/**
 * What is written down of a product, in units.
 *
 * @param received all that were ever offered
 * @param left what can still be sold
 * @param sold all that were ever sold
 * @param entries how many deductions of one unit there are
 */
public record Books(long received, long left, long sold, long entries) {}
