// SPDX-License-Identifier: Apache-2.0
/** The links of {@link io.granary.protocol} over gRPC: both services, both ends. Nobody else knows of gRPC. */
@NullMarked
package io.granary.protocol.grpc;

import org.jspecify.annotations.NullMarked;
