using Dams.Contracts.Domain;

namespace Dams.Replica.Engines;

/// <summary>A slot and the patients who hold it.</summary>
/// <param name="Slot">The id and type of the slot.</param>
/// <param name="Capacity">All places, booked or not.</param>
/// <param name="Holders">The patients, in booking order: the order in which the present holders got the slot.</param>
public sealed record SlotState(Slot Slot, int Capacity, ReplyList<PatientId> Holders);
