// Fixtures that say so run two at a time, before all others: those that compute, and start no cluster. Clusters run one at a time: they are waited for.
[assembly: LevelOfParallelism(2)]
