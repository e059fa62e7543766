package org.samfast.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.samfast.architecture.SamArchitecture;
import org.samfast.backend.ImageEmbedding;
import org.samfast.image.Size;
import org.samfast.onnx.graph.ElementType;

/** An image embedding [1,256,64,64] held by ONNX Runtime. */
record OnnxEmbedding(Size imageSize, OnnxTensor tensor) implements ImageEmbedding {
    private static final long[] SHAPE = {
        1, SamArchitecture.EMBEDDING_CHANNELS, SamArchitecture.GRID, SamArchitecture.GRID
    };

    /** Those bytes, direct and in the machine's order, which belong to the embedding from now on. */
    static OnnxEmbedding of(Size imageSize, ByteBuffer bytes, ElementType type) throws OrtException {
        return new OnnxEmbedding(
                imageSize, OnnxTensor.createTensor(OnnxEnvironment.get(), bytes, SHAPE, type.javaType()));
    }

    /** A copy of those values in the type that is computed in. */
    static OnnxEmbedding of(Size imageSize, float[] values, ElementType type) throws OrtException {
        ImageEmbedding.checkValues(values);
        ByteBuffer bytes = ByteBuffer.allocateDirect(VALUES * type.bytes()).order(ByteOrder.nativeOrder());
        type.put(values, bytes);
        return of(imageSize, bytes, type);
    }

    @Override
    public float[] toHost() {
        float[] values = new float[(int) tensor.getInfo().getNumElements()];
        tensor.getFloatBuffer().get(values);
        return values;
    }

    @Override
    public void close() {
        tensor.close();
    }
}
