"""Reports: a zone's or the nation's year on one page, with charts.

What comes in: indicators, assessments and decisions of a snapshot. What goes out: a `Page` of plain values, one HTML
file with everything in it, and the same as a PDF.

    engine → gather → Page → charts (SVG) → template → HTML → PDF
"""
