// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.model.RequestId;
import java.nio.ByteBuffer;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.ibatis.type.BaseTypeHandler;
import org.apache.ibatis.type.JdbcType;
import org.jspecify.annotations.Nullable;

/** {@link RequestId} as its 16 bytes. Thread-safe. */
public final class RequestIdTypeHandler extends BaseTypeHandler<RequestId> {
    @Override
    public void setNonNullParameter(PreparedStatement statement, int index, RequestId id, @Nullable JdbcType type)
            throws SQLException {
        statement.setBytes(index, id.toBytes());
    }

    @Override
    public @Nullable RequestId getNullableResult(ResultSet row, String column) throws SQLException {
        return of(row.getBytes(column));
    }

    @Override
    public @Nullable RequestId getNullableResult(ResultSet row, int column) throws SQLException {
        return of(row.getBytes(column));
    }

    @Override
    public @Nullable RequestId getNullableResult(CallableStatement call, int column) throws SQLException {
        return of(call.getBytes(column));
    }

    private static @Nullable RequestId of(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new RequestId(in.getLong(), in.getLong());
    }
}
