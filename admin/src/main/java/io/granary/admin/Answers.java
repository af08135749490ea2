// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a command writes with {@code --output json}: the keys are the record's components. For the reference. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface Answers {
    Class<? extends Record> value();
}
