package org.samfast.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.samfast.architecture.SamArchitecture;
import org.samfast.image.Normalization;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.RgbImage;
import org.samfast.onnx.graph.ElementType;

/** Resized and normalised images as the encoder's input [n, 3, 1024, 1024], in the type it computes in. */
final class PixelBatch {
    private static final long SIDE = SamArchitecture.IMAGE_SIZE;

    private PixelBatch() {}

    static OnnxTensor of(List<RgbImage> images, ElementType type) throws OrtException {
        long values = (long) images.size() * Normalization.VALUES;
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(values * type.bytes()))
                .order(ByteOrder.nativeOrder());
        for (int i = 0; i < images.size(); i++) {
            RgbImage image = images.get(i);
            RgbImage resized = ResizeLongestSide.of(image.size()).resize(image);
            ByteBuffer part = bytes.slice(i * Normalization.VALUES * type.bytes(), Normalization.VALUES * type.bytes())
                    .order(ByteOrder.nativeOrder());
            write(resized, type, part);
        }
        long[] shape = {images.size(), 3, SIDE, SIDE};
        return OnnxTensor.createTensor(OnnxEnvironment.get(), bytes, shape, type.javaType());
    }

    private static void write(RgbImage resized, ElementType type, ByteBuffer into) {
        if (type == ElementType.FLOAT32) {
            Normalization.planes(resized, into.asFloatBuffer());
            return;
        }
        float[] planes = new float[Normalization.VALUES];
        Normalization.planes(resized, FloatBuffer.wrap(planes));
        type.put(planes, into);
    }
}
