package org.samfast.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.download.DownloadSettings;
import org.samfast.cli.download.Downloader;
import org.samfast.cli.download.ProxyRoute;
import org.samfast.cli.model.ModelCache;
import org.samfast.cli.model.ModelException;
import org.samfast.cli.model.Models;
import org.samfast.cli.model.PublishedModel;
import org.samfast.cli.terminal.ErrorLine;
import org.samfast.cli.terminal.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sam download}: published checkpoints into the cache. Prints the file of each on stdout. */
@Command(
        name = "download",
        description = {
            "Fetch a published checkpoint into the cache folder, for --model.",
            "Goes on where an earlier download stopped, and checks the file's SHA-256.",
            "The cache is SAM_CACHE_DIR, or the platform's cache folder (Linux: ~/.cache/sam)."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sam download --list", "  sam download vit_b"})
final class DownloadCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", arity = "0..*", description = "vit_b, vit_l or vit_h.")
    List<String> names = List.of();

    @Option(names = "--list", description = "Show which models can be fetched and which are there.")
    boolean list;

    @Option(
            names = "--mirror",
            paramLabel = "URL",
            description = "Folder of another server that has the same files. The checksums stay the same.")
    @Nullable
    URI mirror;

    @Option(
            names = "--proxy",
            paramLabel = "HOST:PORT",
            description = "HTTP proxy; otherwise https_proxy and no_proxy of the environment count.")
    @Nullable
    String proxy;

    @ParentCommand
    Main sam;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        requireSense();
        ModelCache cache = ModelCache.ofPlatform();
        return list ? list(cache) : fetchAll(downloader(cache));
    }

    private void requireSense() {
        if (list != names.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "expected models or --list, for example: sam download vit_b");
        }
        for (String name : names) {
            if (PublishedModel.named(name).isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "model '" + name + "' is not published: expected vit_b, vit_l or vit_h");
            }
        }
    }

    private int list(ModelCache cache) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%-6s  %-8s  %s%n", Models.BUILT_IN, "", "built in");
        for (PublishedModel model : PublishedModel.ALL) {
            boolean there = Files.isRegularFile(cache.file(model));
            out.printf(
                    "%-6s  %-8s  %s%n",
                    model.name(),
                    model.size(),
                    there ? cache.file(model) : "not here; run: sam download " + model.name());
        }
        return ExitCode.DONE;
    }

    private int fetchAll(Downloader downloader) {
        int failed = 0;
        for (String name : names) {
            try {
                spec.commandLine().getOut().println(downloader.fetch(Models.published(name)));
            } catch (IOException e) {
                ErrorLine.execution(e, spec.commandLine().getErr(), sam.verbose);
                failed++;
            }
        }
        return failed == 0 ? ExitCode.DONE : failed < names.size() ? ExitCode.SOME_FAILED : ExitCode.BAD_INPUT;
    }

    private Downloader downloader(ModelCache cache) throws ModelException {
        URI base = mirror == null ? PublishedModel.SOURCE : folder(mirror);
        return new Downloader(
                cache,
                DownloadSettings.of(base, route(base)),
                spec.commandLine().getErr());
    }

    private ProxyRoute route(URI base) throws ModelException {
        if (proxy == null) {
            return ProxyRoute.fromEnvironment(System.getenv(), base);
        }
        try {
            return ProxyRoute.through(proxy);
        } catch (ModelException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private URI folder(URI given) {
        String scheme = given.getScheme() == null ? "" : given.getScheme().toLowerCase(Locale.ROOT);
        if (given.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new ParameterException(
                    spec.commandLine(), "--mirror: expected http(s)://HOST/FOLDER/, got '" + given + "'");
        }
        return given.toString().endsWith("/") ? given : URI.create(given + "/");
    }
}
