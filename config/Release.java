import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs cli/build-release.sh and cli/test-release.sh with the JDK that runs this program, which is the build's own: {@code Release
 * CLI DISTRIBUTION OUT VERSION TIMESTAMP PHOTO [ORT_CUDA]}.
 */
final class Release {
    public static void main(String[] args) throws Exception {
        String jdk = System.getProperty("java.home");
        List<String> test = new ArrayList<>(List.of("sh", args[0] + "/test-release.sh", args[2], args[3], args[5]));
        test.addAll(build(args, jdk, "@", ""));
        run(build(args, jdk, args[2], args.length > 6 ? args[6] : ""));
        run(test);
    }

    private static List<String> build(String[] args, String jdk, String out, String ortCuda) {
        return List.of("sh", args[0] + "/build-release.sh", args[1], jdk, out, args[3], args[4], args[5], ortCuda);
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", command) + ": exit code " + status);
        }
    }
}
