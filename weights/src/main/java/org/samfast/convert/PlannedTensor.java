package org.samfast.convert;

import java.io.IOException;
import java.util.List;
import org.samfast.checkpoint.SafetensorsWriter.Sink;
import org.samfast.checkpoint.SafetensorsWriter.Spec;

/** One tensor of the source and what it will be in the output. */
interface PlannedTensor {
    /** The tensors that it becomes. */
    List<Spec> specs();

    /** Makes and writes them. */
    TensorReport write(Sink sink) throws IOException;
}
