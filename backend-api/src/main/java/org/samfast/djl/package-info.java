/**
 * Segment Anything as an engine of the Deep Java Library: DJL's own {@code Criteria}, {@code Sam2Input} and {@code DetectedObjects}.
 *
 * <pre>{@code
 * Criteria<Sam2Input, DetectedObjects> criteria = Criteria.builder()
 *         .setTypes(Sam2Input.class, DetectedObjects.class)
 *         .optModelPath(Path.of("sam_vit_b_01ec64.pth"))
 *         .optEngine("Sam")
 *         .optTranslator(new SamTranslator())
 *         .build();
 * try (ZooModel<Sam2Input, DetectedObjects> model = criteria.loadModel();
 *         Predictor<Sam2Input, DetectedObjects> predictor = model.newPredictor()) {
 *     DetectedObjects found = predictor.predict(Sam2Input.builder(image).addPoint(410, 300).build());
 * }
 * }</pre>
 *
 * <p>{@code ai.djl:api} 0.38 is the program's own dependency; no other engine of DJL is needed.
 */
package org.samfast.djl;
