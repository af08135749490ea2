// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

/**
 * Why a request was not done: RFC 9457, {@code application/problem+json}.
 *
 * @param type always {@code about:blank}: the status says it
 * @param title the status in words
 * @param status of HTTP, 400 to 599
 * @param detail one line for people that names the value and what was expected
 */
public record Problem(String type, String title, int status, String detail) {
    public static final String MEDIA_TYPE = "application/problem+json";
}
