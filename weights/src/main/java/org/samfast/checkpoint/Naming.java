package org.samfast.checkpoint;

import java.util.Optional;
import java.util.Set;

/**
 * How a file names the tensors of SAM.
 *
 * @param prefix before every name: empty, or what torch.nn.DataParallel puts there
 * @param huggingFace whether the names are those of transformers' SamModel
 */
record Naming(String prefix, boolean huggingFace) {
    private static final String DATA_PARALLEL = "module.";

    static Naming of(Set<String> names) {
        boolean parallel = !names.isEmpty() && names.stream().allMatch(name -> name.startsWith(DATA_PARALLEL));
        String prefix = parallel ? DATA_PARALLEL : "";
        return new Naming(prefix, names.stream().anyMatch(name -> name.startsWith(prefix + HuggingFaceNames.ENCODER)));
    }

    /** What begins the names of the image encoder's blocks, up to the block's number. */
    String blocks() {
        return prefix + (huggingFace ? HuggingFaceNames.ENCODER + "layers." : "image_encoder.blocks.");
    }

    /** The file's name for the tensor of that official name. */
    String inFile(String official) {
        return prefix + (huggingFace ? HuggingFaceNames.of(official) : official);
    }

    /** The file's name for the official tensor, if the file has it. */
    Optional<String> find(Set<String> names, String official) {
        String name = inFile(official);
        String other = huggingFace ? prefix + HuggingFaceNames.alias(name.substring(prefix.length())) : name;
        return Optional.of(names.contains(name) ? name : other).filter(names::contains);
    }
}
