// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.model.Sku;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.ibatis.type.BaseTypeHandler;
import org.apache.ibatis.type.JdbcType;
import org.jspecify.annotations.Nullable;

/** {@link Sku} as its code. Thread-safe. */
public final class SkuTypeHandler extends BaseTypeHandler<Sku> {
    @Override
    public void setNonNullParameter(PreparedStatement statement, int index, Sku sku, @Nullable JdbcType type)
            throws SQLException {
        statement.setString(index, sku.code());
    }

    @Override
    public @Nullable Sku getNullableResult(ResultSet row, String column) throws SQLException {
        return of(row.getString(column));
    }

    @Override
    public @Nullable Sku getNullableResult(ResultSet row, int column) throws SQLException {
        return of(row.getString(column));
    }

    @Override
    public @Nullable Sku getNullableResult(CallableStatement call, int column) throws SQLException {
        return of(call.getString(column));
    }

    private static @Nullable Sku of(@Nullable String code) {
        return code == null ? null : new Sku(code);
    }
}
