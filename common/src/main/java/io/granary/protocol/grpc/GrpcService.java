// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import io.granary.proto.DeductionsGrpc;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.proto.PartitionControlGrpc;
import io.granary.protocol.Acceptor;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service's end of the links that are opened to it, for {@link GrpcServer}. The acceptor and its listeners are called
 * on the transport's threads, see {@link GrpcConnector}; an acceptor that throws refuses the link.
 *
 * @param <R> what the service receives
 * @param <S> what the service sends
 */
public final class GrpcService<R, S> implements BindableService {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcService.class);

    private final Rpc<R, S> rpc;
    private final Class<S> sends;
    private final ServiceDescriptor stubs;
    private final Acceptor<R, S> acceptor;
    private final GrpcSettings settings;
    private final Set<ServerLink<R, S>> links = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private GrpcService(
            Rpc<R, S> rpc, Class<S> sends, ServiceDescriptor stubs, Acceptor<R, S> acceptor, GrpcSettings settings) {
        this.rpc = rpc;
        this.sends = sends;
        this.stubs = stubs;
        this.acceptor = acceptor;
        this.settings = settings;
    }

    /** Serves {@code granary.v1.Deductions}: the bodies of frames, not changed by the sender afterwards. */
    public static GrpcService<byte[], byte[]> deductions(Acceptor<byte[], byte[]> acceptor, GrpcSettings settings) {
        return new GrpcService<>(
                Rpc.DEDUCTIONS, byte[].class, DeductionsGrpc.getServiceDescriptor(), acceptor, settings);
    }

    /** Serves {@code granary.v1.PartitionControl}. */
    public static GrpcService<LeaderMessage, NodeMessage> control(
            Acceptor<LeaderMessage, NodeMessage> acceptor, GrpcSettings settings) {
        return new GrpcService<>(
                Rpc.CONTROL, NodeMessage.class, PartitionControlGrpc.getServiceDescriptor(), acceptor, settings);
    }

    @Override
    public ServerServiceDefinition bindService() {
        MethodDescriptor<R, Object> method = rpc.method().toBuilder(
                        rpc.method().getRequestMarshaller(),
                        new Abort.Aborting<>(rpc.method().getResponseMarshaller(), sends))
                .build();
        ServiceDescriptor service = ServiceDescriptor.newBuilder(stubs.getName())
                .setSchemaDescriptor(stubs.getSchemaDescriptor())
                .addMethod(method)
                .build();
        return ServerServiceDefinition.builder(service)
                .addMethod(method, this::accept)
                .build();
    }

    private ServerCall.Listener<R> accept(ServerCall<R, Object> call, Metadata headers) {
        call.setOnReadyThreshold(Rpc.READY_BELOW_BYTES);
        call.sendHeaders(new Metadata());
        ServerLink<R, S> link = new ServerLink<>(rpc, call, settings, links::remove);
        try {
            link.start(acceptor.accept(link));
        } catch (RuntimeException e) {
            LOG.warn("A link was refused", e);
            call.close(Status.UNAVAILABLE.withDescription("refused: " + e.getMessage()), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        links.add(link);
        if (closed) {
            link.close();
        }
        return link;
    }

    /** Ends all links in order, and every one that comes later. */
    void closeLinks() {
        closed = true;
        links.forEach(ServerLink::close);
    }
}
