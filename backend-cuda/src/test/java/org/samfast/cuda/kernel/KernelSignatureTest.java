package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.PtxDriver;
import org.samfast.image.CropBox;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;

/**
 * Every launcher against its kernels' declarations, without a GPU: cuLaunchKernelEx takes untyped pointers, so nothing else
 * sees a parameter too few or an int for a float. A launcher needs nothing for it: each public class of this package that
 * has a method launch is made and launched with all its elements, flags and choices.
 */
class KernelSignatureTest {
    private static final String PACKAGE = KernelSignatureTest.class.getPackageName();
    /** More than any launcher asks for. */
    private static final long BUFFER_BYTES = 1L << 36;

    static List<Class<?>> launchers() throws Exception {
        Path folder = Path.of(LayerNorm.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve(PACKAGE.replace('.', '/'));
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".class") && !name.contains("-"))
                    .sorted()
                    .<Class<?>>map(name -> type(name.substring(0, name.length() - ".class".length())))
                    .filter(type -> Modifier.isPublic(type.getModifiers()))
                    .filter(type -> !launches(type).isEmpty())
                    .toList();
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(PACKAGE + "." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Method> launches(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals("launch") && Modifier.isPublic(method.getModifiers()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("launchers")
    void launchesEachOfItsKernelsAsTheyAreDeclared(Class<?> launcher) throws Exception {
        requireKernels();
        PtxDriver driver = new PtxDriver();
        Device device = driver.device();
        for (Constructor<?> constructor : launcher.getConstructors()) {
            for (List<Object> made : choices(constructor.getParameters(), device)) {
                launchAll(constructor.newInstance(made.toArray()), device);
            }
        }
        assertThat(driver.launched()).isNotEmpty();
    }

    private static void requireKernels() {
        assumeTrue(
                Device.class.getResource("/org/samfast/cuda/kernels/index") != null,
                "nvcc was not found at build time");
    }

    private static void launchAll(Object launcher, Device device) throws Exception {
        for (Method method : launches(launcher.getClass())) {
            for (List<Object> arguments : choices(method.getParameters(), device)) {
                try {
                    method.invoke(launcher, arguments.toArray());
                } catch (InvocationTargetException e) {
                    throw new AssertionError(method + " with " + arguments, e.getCause());
                }
            }
        }
    }

    /** Every combination of what its parameters can be. */
    private static List<List<Object>> choices(Parameter[] parameters, Device device) {
        List<List<Object>> all = List.of(List.of());
        for (Parameter parameter : parameters) {
            List<List<Object>> longer = new ArrayList<>();
            for (List<Object> before : all) {
                for (Object value : values(parameter, device)) {
                    List<Object> arguments = new ArrayList<>(before);
                    arguments.add(value);
                    longer.add(arguments);
                }
            }
            all = longer;
        }
        return all;
    }

    private static List<?> values(Parameter parameter, Device device) {
        Class<?> type = parameter.getType();
        if (type.isEnum()) {
            return List.of(type.getEnumConstants());
        } else if (type == Device.class) {
            return List.of(device);
        } else if (type == org.samfast.cuda.device.Stream.class) {
            return List.of(device.newStream());
        } else if (type == DeviceBuffer.class) {
            return List.of(device.allocate(parameter.getName(), BUFFER_BYTES));
        } else if (type == ResizeLongestSide.class) {
            // resized in both directions, and not at all
            return List.of(ResizeLongestSide.of(new Size(640, 480)), ResizeLongestSide.of(new Size(1024, 600)));
        } else if (type == CropBox.class) {
            return List.of(new CropBox(10, 20, 650, 500));
        } else if (type == Size.class) {
            return List.of(new Size(1024, 683));
        } else if (type == TokenRows.class) {
            return List.of(new TokenRows(device.allocate(parameter.getName(), BUFFER_BYTES), 256, 4096));
        } else if (type == StackedLinears.class) {
            DeviceBuffer some = device.allocate(parameter.getName(), BUFFER_BYTES);
            return List.of(new StackedLinears(some, some, 3, 256, 256));
        } else if (type == boolean.class) {
            return List.of(true, false);
        } else if (type == float.class) {
            return List.of(1e-6f);
        } else if (type == long.class) {
            return List.of(4096L);
        } else if (type == int.class) {
            return ints(parameter.getName());
        }
        throw new AssertionError("add an example of a " + type + " for a launcher");
    }

    /** Sizes that some launcher chooses a kernel by; 64 is divisible as any of them wants it. */
    private static List<Integer> ints(String name) {
        return switch (name) {
            case "headDim" -> List.of(64, 80);
            case "rows" -> List.of(1, 64, 4096);
            default -> List.of(64);
        };
    }

    @Test
    void aKernelWithAnotherParameterListIsRefused() {
        requireKernels();
        Device device = new PtxDriver().device();
        var kernel = device.function("encoder/layer_norm", "layer_norm_bf16");
        var stream = device.newStream();
        DeviceBuffer some = device.allocate("some", 8);
        assertThatThrownBy(() -> kernel.launch(stream, Grid.of(1), Block.of(32), 0, some, some, some, some, 1, 8, 0f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("layer_norm_bf16: the kernel's parameters have [8, 8, 8, 8, 4, 4, 4, 4] bytes, got "
                        + "[DeviceBuffer, DeviceBuffer, DeviceBuffer, DeviceBuffer, Integer, Integer, Float]");
        assertThatThrownBy(() -> kernel.launch(stream, Grid.of(1), Block.of(32), 0, some, some, some, some, 1, 8, 0, 0))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("parameter 6 got a Integer");
        assertThatThrownBy(
                        () -> kernel.launch(stream, Grid.of(1), Block.of(1024), 0, some, some, some, some, 1, 8, 0f, 0))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("launched with (1,1,1), (1024,1,1), 0");
    }
}
