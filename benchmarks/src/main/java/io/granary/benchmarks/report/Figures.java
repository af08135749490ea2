// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Single figures by their keys, which stay the same from version to version. Not thread-safe. */
public final class Figures {
    /** One of them. */
    public record Figure(String key, String text, double value, String unit) {}

    private final Map<String, Figure> figures = new LinkedHashMap<>();

    /**
     * @param key dots and small letters
     * @param text what it is, for people
     */
    public void add(String key, String text, double value, String unit) {
        figures.put(key, new Figure(key, text, value, unit));
    }

    /** Empty if it was not measured. */
    public OptionalDouble get(String key) {
        Figure figure = figures.get(key);
        return figure == null ? OptionalDouble.empty() : OptionalDouble.of(figure.value());
    }

    /** In the order in which they were added. */
    public List<Figure> all() {
        return new ArrayList<>(figures.values());
    }
}
