// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the JVMs of the services have on their class path: of the jars on ours, those that the build listed for them, and
 * the code of this package. It is the same whoever starts them, so that one {@link ClassArchive} serves all.
 *
 * @param jars of other people, absolute; empty if some are not to be found, as in a single large jar
 * @param all absolute
 */
record ServiceClassPath(ImmutableList<Path> jars, ImmutableList<Path> all) {
    private static final String LIST = "service-jars.txt";

    static ServiceClassPath current() throws IOException {
        ImmutableList<Path> ours = Splitter.on(File.pathSeparatorChar)
                .splitToStream(System.getProperty("java.class.path"))
                .map(entry -> Path.of(entry).toAbsolutePath())
                .collect(ImmutableList.toImmutableList());
        try {
            Path code = Path.of(ServiceClassPath.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return select(listed(), ours, code);
        } catch (URISyntaxException e) {
            throw new IOException("cannot find the code of this package", e);
        }
    }

    /** The listed jars in the order of the list, then the code; everything of ours if one of them is missing. */
    static ServiceClassPath select(List<String> names, List<Path> ours, Path code) {
        ImmutableMap<String, Path> byName = ours.stream()
                .collect(ImmutableMap.toImmutableMap(
                        entry -> entry.getFileName().toString(), entry -> entry, (first, later) -> first));
        if (names.isEmpty() || !byName.keySet().containsAll(names)) {
            return new ServiceClassPath(ImmutableList.of(), ImmutableList.copyOf(ours));
        }
        ImmutableList<Path> jars = names.stream().map(byName::get).collect(ImmutableList.toImmutableList());
        return new ServiceClassPath(
                jars, Stream.concat(jars.stream(), Stream.of(code)).collect(ImmutableList.toImmutableList()));
    }

    /** File names; none when this was not built by Maven. */
    private static List<String> listed() throws IOException {
        try (InputStream list = ServiceClassPath.class.getResourceAsStream(LIST)) {
            if (list == null) {
                return List.of();
            }
            String text = new String(list.readAllBytes(), StandardCharsets.UTF_8).trim();
            return Splitter.on(':')
                    .splitToStream(text)
                    .map(entry -> entry.substring(entry.lastIndexOf('/') + 1))
                    .toList();
        }
    }

    static String join(List<Path> entries) {
        return entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
}
