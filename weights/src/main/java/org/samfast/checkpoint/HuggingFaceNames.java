package org.samfast.checkpoint;

import java.util.List;
import java.util.regex.Pattern;

/** Names of transformers' SamModel (modeling_sam.py, convert_sam_to_hf.py) for the official names. */
final class HuggingFaceNames {
    /** What every SamModel has and no official checkpoint. */
    static final String ENCODER = "vision_encoder.";

    private static final String POSITIONAL = "shared_image_embedding.positional_embedding";
    /** SamModel shares one tensor under two names, and its files have either or both. */
    private static final String POSITIONAL_TOO = "prompt_encoder.shared_embedding.positional_embedding";

    private record Renaming(Pattern official, String huggingFace) {
        static Renaming of(String official, String huggingFace) {
            return new Renaming(Pattern.compile(official), huggingFace);
        }
    }

    private static final String MLP = "(mlps\\.\\d+|iou_prediction_head)\\.layers";

    /** Applied one after the other; the MLPs' last three depend on their order. */
    private static final List<Renaming> RENAMINGS = List.of(
            Renaming.of("^image_encoder\\.", ENCODER),
            Renaming.of("\\.blocks\\.", ".layers."),
            Renaming.of("patch_embed\\.proj\\.", "patch_embed.projection."),
            Renaming.of("^(vision_encoder\\.layers\\.\\d+|.*transformer\\.layers\\.\\d+)\\.norm", "$1.layer_norm"),
            Renaming.of("neck\\.0\\.", "neck.conv1."),
            Renaming.of("neck\\.1\\.", "neck.layer_norm1."),
            Renaming.of("neck\\.2\\.", "neck.conv2."),
            Renaming.of("neck\\.3\\.", "neck.layer_norm2."),
            Renaming.of("\\.point_embeddings\\.", ".point_embed."),
            Renaming.of("mask_downscaling\\.0\\.", "mask_embed.conv1."),
            Renaming.of("mask_downscaling\\.1\\.", "mask_embed.layer_norm1."),
            Renaming.of("mask_downscaling\\.3\\.", "mask_embed.conv2."),
            Renaming.of("mask_downscaling\\.4\\.", "mask_embed.layer_norm2."),
            Renaming.of("mask_downscaling\\.6\\.", "mask_embed.conv3."),
            Renaming.of("norm_final_attn", "layer_norm_final_attn"),
            Renaming.of("output_upscaling\\.0\\.", "upscale_conv1."),
            Renaming.of("output_upscaling\\.1\\.", "upscale_layer_norm."),
            Renaming.of("output_upscaling\\.3\\.", "upscale_conv2."),
            Renaming.of("^prompt_encoder\\.pe_layer\\.positional_encoding_gaussian_matrix$", POSITIONAL),
            Renaming.of(MLP + "\\.0\\.", "$1.proj_in."),
            Renaming.of(MLP + "\\.1\\.", "$1.layers.0."),
            Renaming.of(MLP + "\\.2\\.", "$1.proj_out."));

    private HuggingFaceNames() {}

    static String of(String official) {
        String name = official;
        for (Renaming renaming : RENAMINGS) {
            name = renaming.official().matcher(name).replaceFirst(renaming.huggingFace());
        }
        return name;
    }

    /** The other name of a tensor that has two; otherwise the same name. */
    static String alias(String name) {
        return name.equals(POSITIONAL) ? POSITIONAL_TOO : name;
    }
}
