using Dams.Contracts.Domain;

namespace Dams.Replica.Versions.Journal;

/// <summary>Something that has happened. Events are only added; they fold into the present state.</summary>
/// <param name="Slot">The slot that it happened to.</param>
internal abstract record JournalEvent(Slot Slot);

/// <summary>A slot was opened.</summary>
internal sealed record SlotOpened(Slot Slot, int Capacity) : JournalEvent(Slot);

/// <summary>A slot was closed. Its places have been released before.</summary>
internal sealed record SlotClosed(Slot Slot) : JournalEvent(Slot);

/// <summary>A patient took a place.</summary>
internal sealed record PlaceTaken(Slot Slot, PatientId Patient) : JournalEvent(Slot);

/// <summary>A patient released a place, or lost it.</summary>
internal sealed record PlaceReleased(Slot Slot, PatientId Patient) : JournalEvent(Slot);
