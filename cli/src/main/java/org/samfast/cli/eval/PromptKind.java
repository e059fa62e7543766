package org.samfast.cli.eval;

/** How an object is asked for in an evaluation, in the order of {@code ref_iou}. */
public enum PromptKind {
    CLICK("click, best score", "click"),
    CLICK_BEST_OF_THREE("click, best of 3", "click_best3"),
    CLICK_SINGLE("click, single mask", "click_single"),
    BOX("box", "box");

    private final String title;
    private final String key;

    PromptKind(String title, String key) {
        this.title = title;
        this.key = key;
    }

    /** For people. */
    String title() {
        return title;
    }

    /** For JSON and CSV. */
    String key() {
        return key;
    }
}
