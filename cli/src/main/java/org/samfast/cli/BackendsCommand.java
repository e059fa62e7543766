package org.samfast.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Backends;
import org.samfast.backend.Precision;
import org.samfast.backend.Support;
import org.samfast.cli.terminal.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sam backends}: what can compute here, and why the rest cannot. */
@Command(
        name = "backends",
        description = "Show what can compute on this machine, and why the rest cannot.",
        footerHeading = "%nExamples:%n",
        footer = {"  sam backends", "  sam backends --json"})
final class BackendsCommand implements Callable<Integer> {
    @Mixin
    ResultPrinter result = new ResultPrinter();

    @Override
    public Integer call() throws IOException {
        List<BackendProvider> all = Backends.all();
        result.print(lines(all), json -> write(json, all));
        return ExitCode.DONE;
    }

    private static List<String> lines(List<BackendProvider> all) {
        String choice = "--backend auto takes " + automatic(all).orElse("none of them");
        return Stream.concat(all.stream().flatMap(BackendsCommand::lines), Stream.of(choice))
                .toList();
    }

    /** The backend, and how it meets each precision. */
    private static Stream<String> lines(BackendProvider backend) {
        Optional<String> reason = backend.unusableBecause();
        String usable = String.format(
                Locale.ROOT,
                "%-6s %-10s  %s",
                backend.name(),
                reason.isPresent() ? "not usable" : "usable",
                reason.orElseGet(backend::description));
        return Stream.of(usable, " ".repeat(19) + precisions(backend));
    }

    /** {@code native: fp32, bf16; refused: fp16}. */
    private static String precisions(BackendProvider backend) {
        return Stream.of(Support.values())
                .map(support -> Map.entry(
                        support,
                        Stream.of(Precision.values())
                                .filter(precision -> backend.support(precision) == support)
                                .map(Precision::label)
                                .collect(Collectors.joining(", "))))
                .filter(met -> !met.getValue().isEmpty())
                .map(met -> label(met.getKey()) + ": " + met.getValue())
                .collect(Collectors.joining("; "));
    }

    /** What {@code --backend auto} takes: the first usable one. */
    private static Optional<String> automatic(List<BackendProvider> all) {
        return all.stream()
                .filter(backend -> backend.unusableBecause().isEmpty())
                .map(BackendProvider::name)
                .findFirst();
    }

    private static void write(JsonGenerator json, List<BackendProvider> all) throws IOException {
        String automatic = automatic(all).orElse("");
        json.writeStartArray();
        for (BackendProvider backend : all) {
            Optional<String> reason = backend.unusableBecause();
            json.writeStartObject();
            json.writeStringField("name", backend.name());
            json.writeBooleanField("usable", reason.isEmpty());
            json.writeBooleanField("auto", backend.name().equals(automatic));
            json.writeStringField(reason.isEmpty() ? "description" : "reason", reason.orElseGet(backend::description));
            json.writeObjectFieldStart("precisions");
            for (Precision precision : Precision.values()) {
                json.writeStringField(precision.label(), label(backend.support(precision)));
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String label(Support support) {
        return support.name().toLowerCase(Locale.ROOT);
    }
}
