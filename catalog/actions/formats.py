"""Formats of the 2017 Guide: which types a class has, which sharing modes it allows (R10)."""

from catalog.models import FormatClass, Mode

TYPES: dict[str, frozenset[str]] = {
    FormatClass.DOCUMENT: frozenset(
        [
            "ofd",
            "wps",
            "xml",
            "txt",
            "doc",
            "docx",
            "html",
            "htm",
            "pdf",
            "ppt",
            "pptx",
            "rtf",
            "zip",
            "rar",
        ]
    ),
    FormatClass.SPREADSHEET: frozenset(["et", "xls", "xlsx", "csv"]),
    FormatClass.DATABASE: frozenset(
        [
            "access",
            "db2",
            "dbase",
            "dbf",
            "dm",
            "gbase",
            "gaussdb",
            "goldendb",
            "hive",
            "kingbase",
            "kingbasees",
            "mariadb",
            "mongodb",
            "mysql",
            "oceanbase",
            "opengauss",
            "oracle",
            "oscar",
            "polardb",
            "postgresql",
            "sql server",
            "sqlserver",
            "sqlite",
            "sybase",
            "sysbase",
            "table",
            "tdsql",
            "tidb",
            "vastbase",
            "clickhouse",
            "doris",
        ]
    ),
    FormatClass.IMAGE: frozenset(
        ["jpg", "jpeg", "gif", "bmp", "png", "tif", "tiff", "svg", "dwg", "shp", "geojson", "kml"]
    ),
    FormatClass.STREAM: frozenset(["swf", "rm", "mpg", "mp3", "mp4", "avi", "wav", "mov", "flv"]),
    FormatClass.SERVICE: frozenset(
        ["api", "rest", "soap", "webservice", "http", "wms", "wfs", "wmts"]
    ),
}
"""Types of each class, in lower case; the self-described class takes any."""

MODES: dict[str, frozenset[str]] = {
    FormatClass.DOCUMENT: frozenset([Mode.FILE]),
    FormatClass.SPREADSHEET: frozenset([Mode.FILE]),
    FormatClass.IMAGE: frozenset([Mode.FILE]),
    FormatClass.STREAM: frozenset([Mode.FILE]),
    FormatClass.SERVICE: frozenset([Mode.API]),
}
"""Sharing modes of each class; database and self-described formats allow every mode."""
