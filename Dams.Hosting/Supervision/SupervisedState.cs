namespace Dams.Hosting.Supervision;

/// <summary>The states of a supervised process.</summary>
public enum SupervisedState
{
    /// <summary>Nothing has been asked for yet.</summary>
    Idle = 0,

    /// <summary>It is being started.</summary>
    Starting = 1,

    /// <summary>It runs.</summary>
    Running = 2,

    /// <summary>It has ended or could not be started. It is started again after a pause.</summary>
    Pausing = 3,

    /// <summary>It was asked to stop.</summary>
    Stopping = 4,

    /// <summary>It has stopped for good.</summary>
    Ended = 6,
}
