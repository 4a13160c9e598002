"""Runs a query with Spark over two Parquet files, and prints its rows, one JSON a line.

Arguments: the inventory, the access state, and files with queries; a line that names the file comes before its rows.
"""

import json
import sys

from pyspark.sql import SparkSession

inventory, access_state, *queries = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "1")
    # As docs/exports.md says: columns that many others use are worked out once, not written into each of them.
    .config(
        "spark.sql.optimizer.excludedRules",
        "org.apache.spark.sql.catalyst.optimizer.CollapseProject",
    )
    .config("spark.sql.codegen.wholeStage", "false")
    .config("spark.log.level", "ERROR")
    .getOrCreate()
)
spark.read.parquet(inventory).createOrReplaceTempView("inventory")
spark.read.parquet(access_state).createOrReplaceTempView("access_state")
for name in queries:
    print(json.dumps({"query": name}))
    with open(name, encoding="utf-8") as file:
        for row in spark.sql(file.read()).collect():
            print(json.dumps(row.asDict()))
spark.stop()
