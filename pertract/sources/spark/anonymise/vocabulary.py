"""Spark's own words: what may stay in a log that is to be shared.

Everything here is public: it is in Spark's sources, or in those of extensions anyone can download. A word
that is missing costs nothing but a token in its place; a word too many could be somebody's secret, so only
what Spark itself writes belongs here, and nothing that users choose.
"""

from __future__ import annotations


def _lines(text: str) -> frozenset[str]:
    """Return the lines of a text, for words that hold blanks."""
    return frozenset(line.strip() for line in text.strip().splitlines())


EVENTS = frozenset(
    [
        "SparkListenerApplicationEnd",
        "SparkListenerApplicationStart",
        "SparkListenerBlockManagerAdded",
        "SparkListenerBlockManagerRemoved",
        "SparkListenerBlockUpdated",
        "SparkListenerEnvironmentUpdate",
        "SparkListenerExecutorAdded",
        "SparkListenerExecutorBlacklisted",
        "SparkListenerExecutorBlacklistedForStage",
        "SparkListenerExecutorExcluded",
        "SparkListenerExecutorExcludedForStage",
        "SparkListenerExecutorMetricsUpdate",
        "SparkListenerExecutorRemoved",
        "SparkListenerExecutorUnblacklisted",
        "SparkListenerExecutorUnexcluded",
        "SparkListenerJobEnd",
        "SparkListenerJobStart",
        "SparkListenerLogStart",
        "SparkListenerMiscellaneousProcessAdded",
        "SparkListenerNodeBlacklisted",
        "SparkListenerNodeBlacklistedForStage",
        "SparkListenerNodeExcluded",
        "SparkListenerNodeExcludedForStage",
        "SparkListenerNodeUnblacklisted",
        "SparkListenerNodeUnexcluded",
        "SparkListenerResourceProfileAdded",
        "SparkListenerSpeculativeTaskSubmitted",
        "SparkListenerStageCompleted",
        "SparkListenerStageExecutorMetrics",
        "SparkListenerStageSubmitted",
        "SparkListenerTaskEnd",
        "SparkListenerTaskGettingResult",
        "SparkListenerTaskStart",
        "SparkListenerUnpersistRDD",
        "SparkListenerUnschedulableTaskSetAdded",
        "SparkListenerUnschedulableTaskSetRemoved",
        "SparkListenerDriverAccumUpdates",
        "SparkListenerQueryExecutionMetrics",
        "SparkListenerSQLAdaptiveExecutionUpdate",
        "SparkListenerSQLAdaptiveSQLMetricUpdates",
        "SparkListenerSQLExecutionEnd",
        "SparkListenerSQLExecutionStart",
        "SparkListenerThriftServerOperationCanceled",
        "SparkListenerThriftServerOperationClosed",
        "SparkListenerThriftServerOperationError",
        "SparkListenerThriftServerOperationFinish",
        "SparkListenerThriftServerOperationParsed",
        "SparkListenerThriftServerOperationStart",
        "SparkListenerThriftServerOperationTimeout",
        "SparkListenerThriftServerSessionClosed",
        "SparkListenerThriftServerSessionCreated",
        "SparkListenerConnectOperationAnalyzed",
        "SparkListenerConnectOperationCanceled",
        "SparkListenerConnectOperationClosed",
        "SparkListenerConnectOperationFailed",
        "SparkListenerConnectOperationFinished",
        "SparkListenerConnectOperationParsed",
        "SparkListenerConnectOperationReadyForExecution",
        "SparkListenerConnectOperationStarted",
        "SparkListenerConnectServiceEnd",
        "SparkListenerConnectServiceStarted",
        "SparkListenerConnectSessionClosed",
        "SparkListenerConnectSessionStarted",
        "StreamingQueryListener$QueryIdleEvent",
        "StreamingQueryListener$QueryProgressEvent",
        "StreamingQueryListener$QueryStartedEvent",
        "StreamingQueryListener$QueryTerminatedEvent",
        "AlterTableEvent",
        "AlterTablePreEvent",
        "CreateDatabaseEvent",
        "CreateDatabasePreEvent",
        "CreateTableEvent",
        "CreateTablePreEvent",
        "DropDatabaseEvent",
        "DropDatabasePreEvent",
        "DropTableEvent",
        "DropTablePreEvent",
        "RenameTableEvent",
        "RenameTablePreEvent",
    ]
)
"""Classes of listener events, without their packages."""

PACKAGES = frozenset(
    [
        "org.apache.spark.scheduler",
        "org.apache.spark.sql.execution.ui",
        "org.apache.spark.sql.streaming",
        "org.apache.spark.sql.catalyst.catalog",
        "org.apache.spark.sql.hive.thriftserver.ui",
        "org.apache.spark.sql.connect.service",
    ]
)
"""Packages of listener events."""

KEYS = _lines(
    """
    Accumulables
    Accumulator Updates
    Amount
    App Attempt ID
    App ID
    App Name
    Attempt
    Attempt Number
    Attributes
    Barrier
    Block ID
    Block Manager Address
    Block Manager ID
    Block Updated Info
    Build Properties
    Bytes Read
    Bytes Written
    Callsite
    Class Name
    Classpath Entries
    Completion Time
    ConcurrentGCCount
    ConcurrentGCTime
    Corrupt Merged Block Chunks
    Count Failed Values
    Data Read Method
    Data Write Method
    Declaring Class
    Description
    Deserialized
    Details
    DeterministicLevel
    DirectPoolMemory
    Discovery Script
    Disk Bytes Spilled
    Disk Size
    Driver Attributes
    Driver Logs
    Event
    Exception
    Executor CPU Time
    Executor Deserialize CPU Time
    Executor Deserialize Time
    Executor ID
    Executor Info
    Executor Metrics
    Executor Metrics Updated
    Executor Resource Requests
    Executor Run Time
    Exit Caused By App
    ExternalBlockStore Size
    Failed
    Failure Reason
    Fetch Wait Time
    File Name
    Finish Time
    Full Stack Trace
    Getting Result Time
    Hadoop Properties
    Host
    Host Name
    ID
    Index
    Input Metrics
    Internal
    JVM GC Time
    JVM Information
    JVMHeapMemory
    JVMOffHeapMemory
    Java Home
    Java Version
    Job ID
    Job Result
    Job Tags
    Kill Reason
    Killed
    Launch Time
    Least Significant Bits
    Line Number
    Local Blocks Fetched
    Local Bytes Read
    Locality
    Log Urls
    Loss Reason
    MajorGCCount
    MajorGCTime
    Map ID
    Map Index
    MappedPoolMemory
    Maximum Memory
    Maximum Offheap Memory
    Maximum Onheap Memory
    Memory Bytes Spilled
    Memory Size
    Merged Fallback Count
    Merged Fetch Fallback Count
    Merged Local Blocks Fetched
    Merged Local Bytes Read
    Merged Local Chunks Fetched
    Merged Remote Blocks Fetched
    Merged Remote Bytes Read
    Merged Remote Chunks Fetched
    Merged Remote Requests Duration
    Message
    Metadata
    Method Name
    Metrics
    Metrics Properties
    Metrics Updated
    MinorGCCount
    MinorGCTime
    Most Significant Bits
    Name
    Number of Cached Partitions
    Number of Partitions
    Number of Tasks
    OffHeapExecutionMemory
    OffHeapStorageMemory
    OffHeapUnifiedMemory
    OnHeapExecutionMemory
    OnHeapStorageMemory
    OnHeapUnifiedMemory
    Output Metrics
    Parent IDs
    Partition ID
    Peak Execution Memory
    Peak Off Heap Execution Memory
    Peak On Heap Execution Memory
    Port
    ProcessTreeJVMRSSMemory
    ProcessTreeJVMVMemory
    ProcessTreeOtherRSSMemory
    ProcessTreeOtherVMemory
    ProcessTreePythonRSSMemory
    ProcessTreePythonVMemory
    Properties
    Push Based Shuffle
    RDD ID
    RDD Info
    Reason
    Records Read
    Records Written
    Reduce ID
    Registration Time
    Remote Blocks Fetched
    Remote Bytes Read
    Remote Bytes Read To Disk
    Remote Requests Duration
    Removed Reason
    Replication
    Resource Name
    Resource Profile Id
    Resources
    Result
    Result Serialization Time
    Result Size
    Rollover Number
    Scala Version
    Scope
    Shuffle Bytes Written
    Shuffle ID
    Shuffle Push Enabled
    Shuffle Push Mergers Count
    Shuffle Push Read Metrics
    Shuffle Read Metrics
    Shuffle Records Written
    Shuffle Write Metrics
    Shuffle Write Time
    Spark Properties
    Spark Version
    SparkContext Id
    Speculative
    Stack Trace
    Stage Attempt ID
    Stage ID
    Stage IDs
    Stage Info
    Stage Infos
    Stage Name
    Status
    Storage Level
    Submission Time
    System Properties
    Tachyon Size
    Task End Reason
    Task Executor Metrics
    Task ID
    Task Info
    Task Metrics
    Task Resource Requests
    Task Type
    Timestamp
    Total Cores
    Total Records Read
    TotalGCTime
    Update
    Updated Blocks
    Use Disk
    Use ExternalBlockStore
    Use Memory
    Use Off Heap
    Use Tachyon
    User
    Value
    Vendor
    """
) | frozenset(
    [
        "accumUpdates",
        "accumulatorId",
        "addBatch",
        "addresses",
        "allRemovalsTimeMs",
        "allUpdatesTimeMs",
        "avg",
        "batchDuration",
        "batchId",
        "blockManagerId",
        "blockSize",
        "blockUpdatedInfo",
        "children",
        "commitOffsets",
        "commitTimeMs",
        "cores",
        "cpus",
        "customMetrics",
        "database",
        "description",
        "details",
        "durationMs",
        "endOffset",
        "errorMessage",
        "eventTime",
        "exception",
        "executionId",
        "executorFailures",
        "executorId",
        "executorMetrics",
        "fpga",
        "getBatch",
        "gpu",
        "groupId",
        "hostId",
        "hostPort",
        "id",
        "info",
        "inputRowsPerSecond",
        "ip",
        "jobGroupId",
        "jobId",
        "jobTags",
        "kind",
        "latestConsumedOffset",
        "latestOffset",
        "localSessionId",
        "logUrlInfo",
        "max",
        "memory",
        "memoryOverhead",
        "memoryUsedBytes",
        "metadata",
        "metricType",
        "metrics",
        "min",
        "modifiedConfigs",
        "name",
        "newName",
        "nodeName",
        "numDroppedDuplicateRows",
        "numInputRows",
        "numOutputRows",
        "numRowsDroppedByWatermark",
        "numRowsRemoved",
        "numRowsTotal",
        "numRowsUpdated",
        "numShufflePartitions",
        "numStateStoreInstances",
        "observedMetrics",
        "offHeap",
        "operatorName",
        "physicalPlanDescription",
        "processId",
        "processedRowsPerSecond",
        "progress",
        "pyspark.memory",
        "queryId",
        "queryPlanning",
        "rootExecutionId",
        "runId",
        "sessionId",
        "simpleString",
        "sink",
        "sources",
        "sparkPlanInfo",
        "sqlPlanMetrics",
        "stageAttemptId",
        "stageId",
        "startOffset",
        "startTime",
        "stateOperators",
        "statement",
        "stderr",
        "stdout",
        "taskFailures",
        "time",
        "timestamp",
        "triggerExecution",
        "userName",
        "walCommit",
        "watermark",
    ]
)
"""Fields of events, as ``JsonProtocol`` and the events of SQL and streaming name them."""

WORDS = frozenset(
    [
        "ANY",
        "NO_PREF",
        "NODE_LOCAL",
        "PROCESS_LOCAL",
        "RACK_LOCAL",
        "Success",
        "Resubmitted",
        "FetchFailed",
        "ExceptionFailure",
        "TaskResultLost",
        "TaskKilled",
        "TaskCommitDenied",
        "ExecutorLostFailure",
        "UnknownReason",
        "ResultTask",
        "ShuffleMapTask",
        "JobSucceeded",
        "JobFailed",
        "DETERMINATE",
        "INDETERMINATE",
        "UNORDERED",
        "Hadoop",
        "Memory",
        "Disk",
        "Network",
        "sql",
        "average",
        "count",
        "nsTiming",
        "size",
        "sum",
        "timing",
        "cores",
        "cpus",
        "fpga",
        "gpu",
        "memory",
        "memoryOverhead",
        "offHeap",
        "pyspark.memory",
        "database",
        "dataSchema",
        "function",
        "partition",
        "stats",
        "table",
        "default",
        "true",
        "false",
    ]
)
"""Values of Spark's enumerations."""

EXCEPTIONS = frozenset(
    [
        "java.io.EOFException",
        "java.io.FileNotFoundException",
        "java.io.IOException",
        "java.lang.ArithmeticException",
        "java.lang.ArrayIndexOutOfBoundsException",
        "java.lang.AssertionError",
        "java.lang.ClassCastException",
        "java.lang.ClassNotFoundException",
        "java.lang.Error",
        "java.lang.Exception",
        "java.lang.IllegalArgumentException",
        "java.lang.IllegalStateException",
        "java.lang.InterruptedException",
        "java.lang.NoClassDefFoundError",
        "java.lang.NullPointerException",
        "java.lang.NumberFormatException",
        "java.lang.OutOfMemoryError",
        "java.lang.RuntimeException",
        "java.lang.StackOverflowError",
        "java.lang.UnsupportedOperationException",
        "java.util.NoSuchElementException",
        "scala.MatchError",
        "java.util.concurrent.ExecutionException",
        "java.util.concurrent.TimeoutException",
        "org.apache.spark.SparkException",
        "org.apache.spark.SparkArithmeticException",
        "org.apache.spark.SparkOutOfMemoryError",
        "org.apache.spark.SparkRuntimeException",
        "org.apache.spark.TaskKilledException",
        "org.apache.spark.api.python.PythonException",
        "org.apache.spark.memory.SparkOutOfMemoryError",
        "org.apache.spark.shuffle.FetchFailedException",
        "org.apache.spark.executor.CommitDeniedException",
        "org.apache.spark.storage.BlockFetchException",
    ]
)
"""Exceptions of Java, Scala and Spark that tasks fail with."""

RDDS = frozenset(
    [
        "BaseRDD",
        "BinaryFileRDD",
        "BlockRDD",
        "CartesianRDD",
        "CheckpointRDD",
        "CoalescedRDD",
        "CoGroupedRDD",
        "DataSourceRDD",
        "EdgeRDD",
        "EmptyRDD",
        "FileScanRDD",
        "FilteredRDD",
        "FlatMappedRDD",
        "GpuDataSourceRDD",
        "GpuFileScanRDD",
        "GpuParquetScan",
        "HadoopRDD",
        "JDBCRDD",
        "JdbcRDD",
        "KafkaRDD",
        "LocalCheckpointRDD",
        "LocalRDDCheckpointData",
        "LocationPreservingMapPartitionsRDD",
        "MapPartitionsRDD",
        "MapPartitionsWithPreparationRDD",
        "MappedRDD",
        "MappedValuesRDD",
        "NewHadoopRDD",
        "PairwiseRDD",
        "ParallelCollectionRDD",
        "PartitionPruningRDD",
        "PartitionerAwareUnionRDD",
        "PartitionwiseSampledRDD",
        "PipedRDD",
        "PythonRDD",
        "RandomRDD",
        "RandomVectorRDD",
        "RangeRDD",
        "ReliableCheckpointRDD",
        "RRDD",
        "SampledRDD",
        "ShuffledBatchRDD",
        "ShuffledRDD",
        "ShuffledRowRDD",
        "SlidingRDD",
        "SQLExecutionRDD",
        "StateStoreRDD",
        "SubtractedRDD",
        "UnionRDD",
        "VertexRDD",
        "WholeTextFileRDD",
        "ZippedPartitionsRDD2",
        "ZippedPartitionsRDD3",
        "ZippedPartitionsRDD4",
        "ZippedWithIndexRDD",
    ]
)
"""Classes of data sets; these are the names of data sets that have no other."""

OPERATIONS = frozenset(
    [
        "aggregate",
        "aggregateByKey",
        "barrier",
        "binaryFiles",
        "cache",
        "cartesian",
        "checkpoint",
        "coalesce",
        "cogroup",
        "collect",
        "collectAsList",
        "collectAsMap",
        "collectToPython",
        "combineByKey",
        "combineByKeyWithClassTag",
        "count",
        "countApprox",
        "countByKey",
        "countByValue",
        "createDataFrame",
        "createOrReplaceTempView",
        "csv",
        "distinct",
        "execute",
        "executeCollect",
        "executeTake",
        "filter",
        "filterByRange",
        "first",
        "flatMap",
        "flatMapValues",
        "fold",
        "foldByKey",
        "foreach",
        "foreachAsync",
        "foreachPartition",
        "fullOuterJoin",
        "glom",
        "groupBy",
        "groupByKey",
        "groupWith",
        "hadoopFile",
        "hadoopRDD",
        "head",
        "histogram",
        "insertInto",
        "intersection",
        "isEmpty",
        "jdbc",
        "join",
        "json",
        "jsonFile",
        "keyBy",
        "keys",
        "leftOuterJoin",
        "load",
        "localCheckpoint",
        "lookup",
        "makeRDD",
        "map",
        "mapPartitions",
        "mapPartitionsInternal",
        "mapPartitionsWithIndex",
        "mapPartitionsWithIndexInternal",
        "mapValues",
        "max",
        "mean",
        "min",
        "newAPIHadoopFile",
        "newAPIHadoopRDD",
        "objectFile",
        "orc",
        "parallelize",
        "parquet",
        "partitionBy",
        "persist",
        "pipe",
        "pivot",
        "randomSplit",
        "range",
        "reduce",
        "reduceByKey",
        "reduceByKeyLocally",
        "repartition",
        "repartitionAndSortWithinPartitions",
        "rightOuterJoin",
        "run",
        "runJob",
        "sample",
        "sampleByKey",
        "save",
        "saveAsHadoopDataset",
        "saveAsHadoopFile",
        "saveAsNewAPIHadoopDataset",
        "saveAsNewAPIHadoopFile",
        "saveAsObjectFile",
        "saveAsSequenceFile",
        "saveAsTable",
        "saveAsTextFile",
        "sequenceFile",
        "show",
        "showString",
        "sliding",
        "sortBy",
        "sortByKey",
        "sql",
        "stats",
        "start",
        "stdev",
        "subtract",
        "subtractByKey",
        "sum",
        "table",
        "tail",
        "take",
        "takeAsList",
        "takeOrdered",
        "takeSample",
        "text",
        "textFile",
        "toDF",
        "toJavaRDD",
        "toLocalIterator",
        "toPandas",
        "top",
        "treeAggregate",
        "treeReduce",
        "union",
        "unpersist",
        "values",
        "variance",
        "wholeTextFiles",
        "withScope",
        "write",
        "zip",
        "zipPartitions",
        "zipWithIndex",
        "zipWithUniqueId",
    ]
)
"""Methods of Spark's interface that stages and scopes are named after."""

OPERATORS = frozenset(
    [
        "AQEShuffleRead",
        "AdaptiveSparkPlan",
        "Aggregate",
        "AppendColumns",
        "AppendColumnsWithObject",
        "AppendData",
        "ArrowEvalPython",
        "AtomicCreateTableAsSelect",
        "AtomicReplaceTableAsSelect",
        "AttachDistributedSequence",
        "BatchEvalPython",
        "BatchScan",
        "BroadcastExchange",
        "BroadcastHashJoin",
        "BroadcastNestedLoopJoin",
        "BroadcastQueryStage",
        "CartesianProduct",
        "CoGroup",
        "Coalesce",
        "CollectLimit",
        "CollectMetrics",
        "CollectTail",
        "ColumnarToRow",
        "CommandResult",
        "CreateTable",
        "CustomShuffleReader",
        "DeserializeToObject",
        "DropTable",
        "EmptyRelation",
        "EvalPythonUDTF",
        "EventTimeWatermark",
        "Exchange",
        "Expand",
        "ExternalRDD",
        "Filter",
        "FlatMapCoGroupsInPandas",
        "FlatMapGroupsInPandas",
        "FlatMapGroupsWithState",
        "Generate",
        "GlobalLimit",
        "HashAggregate",
        "InMemoryColumnarTableScan",
        "InMemoryTableScan",
        "InputAdapter",
        "LocalLimit",
        "LocalTableScan",
        "MapElements",
        "MapGroups",
        "MapInArrow",
        "MapInPandas",
        "MapPartitions",
        "MergeRows",
        "ObjectHashAggregate",
        "OverwriteByExpression",
        "OverwritePartitionsDynamic",
        "Project",
        "PythonMapInArrow",
        "Range",
        "ReplaceData",
        "ResultQueryStage",
        "ReusedExchange",
        "ReusedSubquery",
        "RowToColumnar",
        "Sample",
        "Scan",
        "SerializeFromObject",
        "ShowTables",
        "ShuffleExchange",
        "ShuffleQueryStage",
        "ShuffledHashJoin",
        "ShuffledHashOuterJoin",
        "Sort",
        "SortAggregate",
        "SortBasedAggregate",
        "SortMergeJoin",
        "SortMergeOuterJoin",
        "StateStoreRestore",
        "StateStoreSave",
        "StreamingDeduplicate",
        "StreamingLocalLimit",
        "StreamingRelation",
        "StreamingSymmetricHashJoin",
        "Subquery",
        "SubqueryAdaptiveBroadcast",
        "SubqueryBroadcast",
        "TableCacheQueryStage",
        "TakeOrdered",
        "TakeOrderedAndProject",
        "TungstenAggregate",
        "TungstenExchange",
        "TungstenProject",
        "TungstenSort",
        "Union",
        "WholeStageCodegen",
        "Window",
        "WindowGroupLimit",
        "WindowInPandas",
        "WriteDelta",
        "WriteFiles",
        "GpuBroadcastExchange",
        "GpuBroadcastHashJoin",
        "GpuBroadcastNestedLoopJoin",
        "GpuCoalesceBatches",
        "GpuColumnarExchange",
        "GpuColumnarToRow",
        "GpuCustomShuffleReader",
        "GpuExpand",
        "GpuFilter",
        "GpuGenerate",
        "GpuGlobalLimit",
        "GpuHashAggregate",
        "GpuLocalLimit",
        "GpuProject",
        "GpuRange",
        "GpuRowToColumnar",
        "GpuSample",
        "GpuShuffleCoalesce",
        "GpuShuffledHashJoin",
        "GpuShuffledSymmetricHashJoin",
        "GpuSort",
        "GpuSortMergeJoin",
        "GpuSubqueryBroadcast",
        "GpuTopN",
        "GpuUnion",
        "GpuWindow",
        "GpuWriteFiles",
        "ColumnarExchange",
        "ColumnarBroadcastExchange",
        "ColumnarAQEShuffleRead",
        "FilterExecTransformer",
        "HashAggregateExecTransformer",
        "ProjectExecTransformer",
        "ShuffledHashJoinExecTransformer",
        "SortExecTransformer",
        "VeloxColumnarToRow",
        "VeloxColumnarToRowExec",
        "WholeStageCodegenTransformer",
        "CometBroadcastExchange",
        "CometColumnarToRow",
        "CometExchange",
        "CometFilter",
        "CometHashAggregate",
        "CometProject",
        "CometSort",
        "PhotonBroadcastHashJoin",
        "PhotonFilter",
        "PhotonGroupingAgg",
        "PhotonProject",
        "PhotonResultStage",
        "PhotonScan",
        "PhotonShuffleExchangeSink",
        "PhotonShuffleExchangeSource",
        "PhotonShuffleMapStage",
        "PhotonShuffledHashJoin",
        "PhotonSort",
        "PhotonTopK",
        "PhotonUnion",
        "PhotonWindow",
    ]
)
"""Operators of physical plans, of Spark and of its public extensions."""

COMMANDS = frozenset(
    [
        "AlterTableAddPartitionCommand",
        "AlterTableRecoverPartitionsCommand",
        "AnalyzeTableCommand",
        "CacheTableCommand",
        "ClearCacheCommand",
        "CreateDataSourceTableAsSelectCommand",
        "CreateDataSourceTableCommand",
        "CreateDatabaseCommand",
        "CreateFunctionCommand",
        "CreateHiveTableAsSelectCommand",
        "CreateTableCommand",
        "CreateViewCommand",
        "DescribeTableCommand",
        "DropDatabaseCommand",
        "DropTableCommand",
        "ExplainCommand",
        "InsertIntoDataSourceCommand",
        "InsertIntoHadoopFsRelationCommand",
        "InsertIntoHiveTable",
        "SaveIntoDataSourceCommand",
        "SetCatalogCommand",
        "SetCommand",
        "SetNamespaceCommand",
        "ShowTablesCommand",
        "TruncateTableCommand",
        "UncacheTableCommand",
        "OptimizedCreateHiveTableAsSelectCommand",
    ]
)
"""Commands in plans, which show as ``Execute ...``."""

FORMATS = frozenset(
    [
        "ExistingRDD",
        "OneRowRelation",
        "avro",
        "csv",
        "delta",
        "hive",
        "jdbc",
        "json",
        "orc",
        "parquet",
        "text",
    ]
)
"""Formats in plans, which show as ``Scan ...`` before the name of the table."""

METRICS = _lines(
    """
    GPU decode time
    GPU time
    aggregation time
    avg hash probe bucket list iters
    avg hash probes per key
    buffer time
    build side size
    build time
    collect batch time
    concat batch time
    corrupt merged block chunks
    data returned from Python workers
    data sent to Python workers
    data size
    data size (bytes)
    duration
    dynamic partition pruning time
    fetch time
    fetch wait time
    filter time
    input columnar batches
    input rows
    job commit time
    join output rows
    join time
    local blocks read
    local bytes read
    local merged blocks fetched
    local merged bytes read
    local merged chunks fetched
    merged fetch fallback count
    metadata time
    num agg operations
    number of coalesced partitions
    number of dynamic part
    number of empty partitions
    number of files pruned
    number of files read
    number of input batches
    number of output rows
    number of parquet row groups read
    number of partitions
    number of partitions read
    number of skewed partition splits
    number of skewed partitions
    number of sort fallback tasks
    number of written files
    op time
    output columnar batches
    output rows
    partition data size
    partitions
    peak device memory
    peak memory
    records read
    remote blocks read
    remote bytes read
    remote bytes read to disk
    remote merged blocks fetched
    remote merged bytes read
    remote merged chunks fetched
    remote merged reqs duration
    remote reqs duration
    rs. deserialization time
    rs. serialization time
    rs. shuffle combine time
    rs. shuffle read time
    rs. shuffle write io time
    rs. shuffle write time
    scan time
    shuffle bytes written
    shuffle records written
    shuffle write time
    size of files read
    sort time
    spill size
    spill write time
    static number of files read
    static size of files read
    stream time
    task commit time
    time in aggregation build
    time to broadcast
    time to build
    time to build hash map
    time to collect
    time to collect (ms)
    time to commit changes
    time to initialize Python workers
    time to read fs data
    time to remove
    time to run Python workers
    time to start Python workers
    time to update
    total number of parquet row groups
    total time
    used parquet file reader
    written output
    """
) | frozenset(
    f"internal.metrics.{name}"
    for name in [
        "diskBytesSpilled",
        "executorCpuTime",
        "executorDeserializeCpuTime",
        "executorDeserializeTime",
        "executorRunTime",
        "input.bytesRead",
        "input.readMethod",
        "input.recordsRead",
        "jvmGCTime",
        "memoryBytesSpilled",
        "output.bytesWritten",
        "output.recordsWritten",
        "output.writeMethod",
        "peakExecutionMemory",
        "peakOffHeapExecutionMemory",
        "peakOnHeapExecutionMemory",
        "resultSerializationTime",
        "resultSize",
        "testAccumulator",
        "updatedBlockStatuses",
        "shuffle.read.fetchWaitTime",
        "shuffle.read.localBlocksFetched",
        "shuffle.read.localBytesRead",
        "shuffle.read.recordsRead",
        "shuffle.read.remoteBlocksFetched",
        "shuffle.read.remoteBytesRead",
        "shuffle.read.remoteBytesReadToDisk",
        "shuffle.read.remoteReqsDuration",
        "shuffle.push.read.corruptMergedBlockChunks",
        "shuffle.push.read.localMergedBlocksFetched",
        "shuffle.push.read.localMergedBytesRead",
        "shuffle.push.read.localMergedChunksFetched",
        "shuffle.push.read.mergedFetchFallbackCount",
        "shuffle.push.read.remoteMergedBlocksFetched",
        "shuffle.push.read.remoteMergedBytesRead",
        "shuffle.push.read.remoteMergedChunksFetched",
        "shuffle.push.read.remoteMergedReqsDuration",
        "shuffle.write.bytesWritten",
        "shuffle.write.recordsWritten",
        "shuffle.write.writeTime",
    ]
)
"""Accumulators of Spark itself: task metrics, and metrics of plans."""

PROPERTIES = frozenset(
    f"spark.{name}"
    for name in [
        "broadcast.blockSize",
        "broadcast.compress",
        "cores.max",
        "default.parallelism",
        "driver.cores",
        "driver.maxResultSize",
        "driver.memory",
        "driver.memoryOverhead",
        "driver.memoryOverheadFactor",
        "dynamicAllocation.cachedExecutorIdleTimeout",
        "dynamicAllocation.enabled",
        "dynamicAllocation.executorAllocationRatio",
        "dynamicAllocation.executorIdleTimeout",
        "dynamicAllocation.initialExecutors",
        "dynamicAllocation.maxExecutors",
        "dynamicAllocation.minExecutors",
        "dynamicAllocation.schedulerBacklogTimeout",
        "dynamicAllocation.shuffleTracking.enabled",
        "dynamicAllocation.shuffleTracking.timeout",
        "dynamicAllocation.sustainedSchedulerBacklogTimeout",
        "eventLog.compress",
        "eventLog.compression.codec",
        "eventLog.rolling.enabled",
        "eventLog.rolling.maxFileSize",
        "excludeOnFailure.enabled",
        "blacklist.enabled",
        "executor.cores",
        "executor.heartbeatInterval",
        "executor.instances",
        "executor.memory",
        "executor.memoryOverhead",
        "executor.memoryOverheadFactor",
        "executor.metrics.pollingInterval",
        "executor.processTreeMetrics.enabled",
        "executor.pyspark.memory",
        "executor.resource.gpu.amount",
        "files.maxPartitionBytes",
        "files.openCostInBytes",
        "hadoop.mapreduce.fileoutputcommitter.algorithm.version",
        "io.compression.codec",
        "io.compression.lz4.blockSize",
        "io.compression.snappy.blockSize",
        "io.compression.zstd.bufferSize",
        "io.compression.zstd.level",
        "io.encryption.enabled",
        "kryoserializer.buffer",
        "kryoserializer.buffer.max",
        "locality.wait",
        "locality.wait.node",
        "locality.wait.process",
        "locality.wait.rack",
        "maxRemoteBlockSizeFetchToMem",
        "memory.fraction",
        "memory.offHeap.enabled",
        "memory.offHeap.size",
        "memory.storageFraction",
        "memory.useLegacyMode",
        "network.timeout",
        "python.worker.memory",
        "python.worker.reuse",
        "rapids.memory.pinnedPool.size",
        "rapids.sql.batchSizeBytes",
        "rapids.sql.concurrentGpuTasks",
        "rapids.sql.enabled",
        "rdd.compress",
        "reducer.maxReqsInFlight",
        "reducer.maxSizeInFlight",
        "scheduler.maxRegisteredResourcesWaitingTime",
        "scheduler.minRegisteredResourcesRatio",
        "scheduler.mode",
        "serializer",
        "serializer.objectStreamReset",
        "shuffle.compress",
        "shuffle.file.buffer",
        "shuffle.io.numConnectionsPerPeer",
        "shuffle.io.preferDirectBufs",
        "shuffle.manager",
        "shuffle.memoryFraction",
        "shuffle.push.enabled",
        "shuffle.service.enabled",
        "shuffle.sort.bypassMergeThreshold",
        "shuffle.spill.compress",
        "storage.memoryFraction",
        "speculation",
        "speculation.efficiency.enabled",
        "speculation.interval",
        "speculation.minTaskRuntime",
        "speculation.multiplier",
        "speculation.quantile",
        "speculation.task.duration.threshold",
        "sql.adaptive.advisoryPartitionSizeInBytes",
        "sql.adaptive.autoBroadcastJoinThreshold",
        "sql.adaptive.coalescePartitions.enabled",
        "sql.adaptive.coalescePartitions.initialPartitionNum",
        "sql.adaptive.coalescePartitions.minPartitionNum",
        "sql.adaptive.coalescePartitions.minPartitionSize",
        "sql.adaptive.coalescePartitions.parallelismFirst",
        "sql.adaptive.enabled",
        "sql.adaptive.fetchShuffleBlocksInBatch",
        "sql.adaptive.forceApply",
        "sql.adaptive.forceOptimizeSkewedJoin",
        "sql.adaptive.localShuffleReader.enabled",
        "sql.adaptive.maxShuffledHashJoinLocalMapThreshold",
        "sql.adaptive.nonEmptyPartitionRatioForBroadcastJoin",
        "sql.adaptive.optimizeSkewsInRebalancePartitions.enabled",
        "sql.adaptive.rebalancePartitionsSmallPartitionFactor",
        "sql.adaptive.shuffle.targetPostShuffleInputSize",
        "sql.adaptive.skewJoin.enabled",
        "sql.adaptive.skewJoin.skewedPartitionFactor",
        "sql.adaptive.skewJoin.skewedPartitionThresholdInBytes",
        "sql.autoBroadcastJoinThreshold",
        "sql.broadcastTimeout",
        "sql.cbo.enabled",
        "sql.cbo.joinReorder.enabled",
        "sql.codegen.wholeStage",
        "sql.columnVector.offheap.enabled",
        "sql.execution.arrow.maxRecordsPerBatch",
        "sql.execution.arrow.pyspark.enabled",
        "sql.files.maxPartitionBytes",
        "sql.files.maxRecordsPerFile",
        "sql.files.minPartitionNum",
        "sql.files.openCostInBytes",
        "sql.inMemoryColumnarStorage.batchSize",
        "sql.inMemoryColumnarStorage.compressed",
        "sql.join.preferSortMergeJoin",
        "sql.optimizer.dynamicPartitionPruning.enabled",
        "sql.orc.filterPushdown",
        "sql.parquet.compression.codec",
        "sql.parquet.filterPushdown",
        "sql.shuffle.partitions",
        "sql.sources.bucketing.enabled",
        "submit.deployMode",
        "task.cpus",
        "task.maxFailures",
        "task.resource.gpu.amount",
        "yarn.am.cores",
        "yarn.am.memory",
        "yarn.am.memoryOverhead",
        "yarn.driver.memoryOverhead",
        "yarn.executor.memoryOverhead",
    ]
)
"""Settings that matter for performance; no others keep their name or value."""

SETTINGS = frozenset(
    [
        "FAIR",
        "FIFO",
        "NONE",
        "client",
        "cluster",
        "fair",
        "fifo",
        "hash",
        "sort",
        "tungsten-sort",
        "none",
        "uncompressed",
        "gzip",
        "lz4",
        "lzf",
        "lzo",
        "snappy",
        "zstd",
        "org.apache.spark.io.LZ4CompressionCodec",
        "org.apache.spark.io.LZFCompressionCodec",
        "org.apache.spark.io.SnappyCompressionCodec",
        "org.apache.spark.io.ZStdCompressionCodec",
        "org.apache.spark.serializer.JavaSerializer",
        "org.apache.spark.serializer.KryoSerializer",
    ]
)
"""Values of these settings that are neither number nor truth value."""

VOCABULARY = (
    EVENTS
    | {f"{package}.{event}" for package in PACKAGES for event in EVENTS}
    | KEYS
    | WORDS
    | EXCEPTIONS
    | RDDS
    | OPERATIONS
    | OPERATORS
    | {f"Execute {command}" for command in COMMANDS}
    | METRICS
    | PROPERTIES
    | SETTINGS
)
"""All of it, for tests that look for what is not in it."""
