// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.stock.DeadLetters;
import io.granary.allocator.stock.KeptLetter;
import io.granary.api.DeadLetterPage;
import io.granary.api.DeadLetterView;
import io.granary.api.ReplayRequest;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Stock updates that were refused. */
final class DeadLetterArea implements Area {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 1_000;
    private static final long STORED_SECONDS = 10;

    private final DeadLetters letters;

    DeadLetterArea(DeadLetters letters) {
        this.letters = letters;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints
                .get("/dead-letters", this::list)
                .get("/dead-letters/{id}", ctx -> ctx.json(view(find(ctx))))
                .post("/dead-letters/{id}/replay", this::replay);
    }

    private void list(Context ctx) {
        int limit = (int) Requests.number(ctx, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        long before = Requests.number(ctx, "before", Long.MAX_VALUE, 1, Long.MAX_VALUE);
        List<KeptLetter> found = letters.store().latest(before, limit);
        ctx.json(new DeadLetterPage(
                found.stream().map(DeadLetterArea::view).toList(),
                found.size() < limit ? null : found.get(limit - 1).id()));
    }

    private KeptLetter find(Context ctx) {
        String id = ctx.pathParam("id");
        Optional<KeptLetter> found =
                id.matches("[0-9]{1,18}") ? letters.store().find(Long.parseLong(id)) : Optional.empty();
        return found.orElseThrow(() -> ProblemException.notFound(
                "dead letter: '" + id + "' (expected: the id of one of those that /dead-letters lists)"));
    }

    private void replay(Context ctx) {
        KeptLetter letter = find(ctx);
        ReplayRequest request = Requests.body(ctx, ReplayRequest.class);
        CompletableFuture<Boolean> stored =
                letters.replay(letter, Optional.ofNullable(request.document()), Requests.who(ctx));
        if (!stored.completeOnTimeout(false, STORED_SECONDS, TimeUnit.SECONDS).join()) {
            throw ProblemException.unavailable(
                    "dead letter " + letter.id()
                            + ": the log has not confirmed that it is published (expected: it has); replay it again, it is applied once");
        }
        ctx.json(view(find(ctx)));
    }

    private static DeadLetterView view(KeptLetter kept) {
        return new DeadLetterView(
                kept.id(),
                kept.updateId(),
                kept.letter().reason(),
                kept.letter().original(),
                kept.letter().queue(),
                kept.letter().offset(),
                kept.noted(),
                kept.replays(),
                kept.replayed(),
                kept.replayedBy(),
                kept.replayedAs());
    }
}
