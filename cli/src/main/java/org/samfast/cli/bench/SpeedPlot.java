package org.samfast.cli.bench;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.GraphicsEnvironment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler;
import org.samfast.cli.output.OutputException;
import org.samfast.cli.output.OutputFile;
import org.w3c.dom.DOMImplementation;
import org.w3c.dom.Document;

/** Images per second as bars, one per row, the encoder beside the whole way. */
public final class SpeedPlot {
    private static final int HEIGHT = 480;
    private static final int WIDTH = 240;
    private static final int WIDTH_PER_BAR = 95;
    /** Longer labels run into their neighbours unless they are turned. */
    private static final int LONGEST_LABEL = 15;

    private static final Color ENCODER = new Color(0x76b900);
    private static final Color END_TO_END = new Color(0x4477aa);

    private SpeedPlot() {}

    /** One group of bars. */
    public record Bars(String label, double encoder, double endToEnd) {
        /** Those of a row, named by what it is. */
        public static Bars of(BenchRow row) {
            return of(
                    row, row.subject().title() + ", batch " + row.measurement().batch());
        }

        /** Those of a rung. */
        public static Bars of(Rung rung, BenchRow row) {
            return of(row, rung.title());
        }

        private static Bars of(BenchRow row, String label) {
            Measurement speed = row.measurement();
            return new Bars(label, speed.encoder().rate(), speed.endToEnd().rate());
        }
    }

    /** Whether there is a format of that name's ending. */
    public static boolean canWrite(Path file) {
        return isSvg(file) || name(file).endsWith(".png");
    }

    private static boolean isSvg(Path file) {
        return name(file).endsWith(".svg");
    }

    private static String name(Path file) {
        return file.toString().toLowerCase(Locale.ROOT);
    }

    /** Draws an SVG or PNG, by the file's ending. */
    public static void write(Path file, String title, List<Bars> bars) throws IOException {
        requireFonts(file);
        CategoryChart chart = chart(title, bars);
        ByteArrayOutputStream drawn = new ByteArrayOutputStream();
        if (isSvg(file)) {
            drawSvg(chart, drawn);
        } else {
            BitmapEncoder.saveBitmap(chart, drawn, BitmapEncoder.BitmapFormat.PNG);
        }
        OutputFile.write(file, drawn::writeTo);
    }

    /** A bare server may have none, which Java finds out by an exception of its own. */
    private static void requireFonts(Path file) throws OutputException {
        try {
            GraphicsEnvironment.getLocalGraphicsEnvironment().getAvailableFontFamilyNames();
        } catch (RuntimeException | LinkageError e) {
            IOException cause = new IOException(
                    "Java finds no fonts on this machine; install fontconfig and a font,"
                            + " or draw from the rows elsewhere",
                    e);
            throw new OutputException(file, cause);
        }
    }

    private static void drawSvg(CategoryChart chart, OutputStream into) throws IOException {
        DOMImplementation dom = documents().getDOMImplementation();
        Document document = dom.createDocument("http://www.w3.org/2000/svg", "svg", null);
        SVGGraphics2D svg = new SVGGraphics2D(document);
        svg.setSVGCanvasSize(new Dimension(chart.getWidth(), chart.getHeight()));
        chart.paint(svg, chart.getWidth(), chart.getHeight());
        svg.stream(new OutputStreamWriter(into, StandardCharsets.UTF_8), true);
    }

    private static DocumentBuilder documents() {
        try {
            return DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("Java's own XML makes documents", e);
        }
    }

    /** As many digits as a bar has room for. */
    private static double rounded(double rate) {
        return rate >= 100 ? Math.rint(rate) : Math.rint(10 * rate) / 10;
    }

    private static CategoryChart chart(String title, List<Bars> bars) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH + WIDTH_PER_BAR * bars.size())
                .height(HEIGHT)
                .title(title)
                .yAxisTitle("images per second")
                .build();
        List<String> labels = bars.stream().map(Bars::label).toList();
        chart.addSeries(
                "encoder",
                labels,
                bars.stream().map(bar -> rounded(bar.encoder)).toList());
        chart.addSeries(
                "end to end",
                labels,
                bars.stream().map(bar -> rounded(bar.endToEnd)).toList());
        CategoryStyler style = chart.getStyler();
        style.setLabelsVisible(true);
        boolean fit = labels.stream().allMatch(label -> label.length() <= LONGEST_LABEL);
        style.setXAxisLabelRotation(fit ? 0 : 30);
        style.setLegendPosition(Styler.LegendPosition.OutsideS);
        style.setLegendLayout(Styler.LegendLayout.Horizontal);
        style.setSeriesColors(new Color[] {ENCODER, END_TO_END});
        style.setChartBackgroundColor(Color.WHITE);
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        return chart;
    }
}
