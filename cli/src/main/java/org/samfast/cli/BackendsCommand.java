package org.samfast.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Backends;
import org.samfast.backend.Precision;
import org.samfast.backend.Support;
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
        return Stream.concat(all.stream().map(BackendsCommand::line), Stream.of(choice))
                .toList();
    }

    private static String line(BackendProvider backend) {
        Optional<String> reason = backend.unusableBecause();
        return String.format(
                Locale.ROOT,
                "%-6s %-10s  %s",
                backend.name(),
                reason.isPresent() ? "not usable" : "usable",
                reason.orElseGet(backend::description));
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
