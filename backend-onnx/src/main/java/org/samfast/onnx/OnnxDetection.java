package org.samfast.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which device ONNX Runtime takes here, or in one sentence why it cannot. The folder of natives decides (see bin/sam):
 * with the CUDA provider among them it is the GPU, and a GPU that then cannot be used is an error, never a reason to
 * compute on the CPU unasked. The system property sam.onnx.provider (cpu, cuda, tensorrt) decides otherwise.
 */
final class OnnxDetection {
    private static final String PROPERTY = "sam.onnx.provider";
    private static final Pattern MISSING =
            Pattern.compile("(lib[\\w.+-]+\\.so[.\\d]*): cannot open shared object file");
    private static final Pattern FAILURE = Pattern.compile("CUDA failure (\\d+): ([^;]*?)\\s*;");
    private static final String OTHERWISE = "; -Dsam.onnx.provider=cpu in SAM_JAVA_OPTS computes on the CPU";

    private final OnnxDevice device;
    private final @Nullable String reason;

    private OnnxDetection(OnnxDevice device, @Nullable String reason) {
        this.device = device;
        this.reason = reason;
    }

    private static final class Here {
        private static final OnnxDetection DETECTED = detect(System.getProperty(PROPERTY, ""));
    }

    /** What holds in this process; asked once. */
    static OnnxDetection here() {
        return Here.DETECTED;
    }

    /** @param wanted a provider, or empty for what the natives hold */
    static OnnxDetection detect(String wanted) {
        try {
            OnnxEnvironment.get();
            OnnxDevice device = wanted.isEmpty() ? ofNatives() : OnnxDevice.valueOf(wanted.toUpperCase(Locale.ROOT));
            return new OnnxDetection(device, device.isGpu() ? tried(device) : null);
        } catch (LinkageError e) {
            return new OnnxDetection(OnnxDevice.CPU, "ONNX Runtime's native library does not load: " + said(e));
        } catch (IllegalArgumentException e) {
            return new OnnxDetection(
                    OnnxDevice.CPU, PROPERTY + ": expected cpu, cuda or tensorrt, got '" + wanted + "'");
        }
    }

    /** What the error says; where an initializer failed, its cause says it. */
    static String said(LinkageError error) {
        Throwable cause = error.getCause();
        Throwable saying = error.getMessage() == null && cause != null ? cause : error;
        return saying.getMessage() == null ? saying.toString() : saying.getMessage();
    }

    private static OnnxDevice ofNatives() {
        return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA) ? OnnxDevice.CUDA : OnnxDevice.CPU;
    }

    private static @Nullable String tried(OnnxDevice device) {
        try (SessionOptions options = new SessionOptions()) {
            device.use(options);
            return null;
        } catch (OrtException e) {
            return explain(device, String.valueOf(e.getMessage())) + OTHERWISE;
        }
    }

    /** ONNX Runtime's message in a sentence that says what to do. */
    static String explain(OnnxDevice device, String message) {
        Matcher missing = MISSING.matcher(message);
        if (missing.find()) {
            return missing.group(1) + " is not found" + cure(missing.group(1));
        }
        Matcher failure = FAILURE.matcher(message);
        if (failure.find()) {
            return "no GPU that CUDA can use: " + failure.group(2) + " (CUDA error " + failure.group(1) + ")";
        }
        if (message.contains("Failed to find")) {
            return "these natives of ONNX Runtime hold no provider for " + device.words()
                    + "; build with -Pgpu-natives, or name a folder that has it in SAM_ORT_PATH";
        }
        return "ONNX Runtime cannot use " + device.words() + ": " + message.strip();
    }

    private static String cure(String library) {
        if (library.startsWith("libcuda.")) {
            return ", the NVIDIA driver's: install the driver, or start the container with --gpus all";
        }
        if (library.startsWith("libnv")) {
            return ": install TensorRT 10";
        }
        return ": ONNX Runtime needs CUDA 12's libraries and cuDNN 9. Install them (Debian and Ubuntu: cuda-libraries-12-9 "
                + "and cudnn9-cuda-12 of NVIDIA's repository; pip: nvidia-cublas-cu12 nvidia-cudnn-cu12 "
                + "nvidia-cuda-runtime-cu12 nvidia-curand-cu12 nvidia-cufft-cu12) and put their folders into LD_LIBRARY_PATH";
    }

    OnnxDevice device() {
        return device;
    }

    /** Empty where the device can be used. */
    Optional<String> unusableBecause() {
        return Optional.ofNullable(reason);
    }
}
