using System.Globalization;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Dams.Tests.Tidy.Unused;

/// <summary>A name in an instruction.</summary>
/// <param name="Handle">A type, a member or a text.</param>
/// <param name="IsStore">Whether it only stores a value there.</param>
/// <param name="IsSum">Whether it stores the value of the reference before, to which the code has only added a number.</param>
internal readonly record struct IlReference(Handle Handle, bool IsStore, bool IsSum);

/// <summary>Finds the types and members that the instructions of a method name.</summary>
internal static class IlReferences
{
    private static readonly Dictionary<short, OpCode> s_instructions = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(instruction => instruction.Value);

    /// <summary>The names in the instructions, in their order.</summary>
    public static List<IlReference> Of(BlobReader il)
    {
        var found = new List<IlReference>();
        var isSum = false;
        var copy = ""; // The local variable that has the value from before the sum.
        while (il.RemainingBytes > 0)
        {
            int value = il.ReadByte();
            var instruction = s_instructions[unchecked((short)(value == 0xFE ? (value << 8) | il.ReadByte() : value))];
            var operand = Operand(instruction.OperandType, ref il);
            var parts = instruction.Name!.Split('.', 2);
            var variable = parts.Length > 1 && parts[1] != "s" ? parts[1] : operand.ToString(CultureInfo.InvariantCulture);
            if (instruction.OperandType
                is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType
                or OperandType.InlineString)
            {
                found.Add(new IlReference(MetadataTokens.Handle(operand), parts[0] is "stfld" or "stsfld", isSum));
                isSum = true;
                continue;
            }

            if (parts[0] == "ldloc" && variable == copy && found is [.., { IsSum: true } sum])
                found[^1] = sum with { IsSum = false };
            copy = parts[0] == "stloc" ? variable : copy;
            isSum &= parts[0] is "ldc" or "conv" or "add" or "sub" or "nop" or "stloc" or "ldloc" or "ldarg";
        }

        return found;
    }

    private static int Operand(OperandType type, ref BlobReader il)
    {
        switch (type)
        {
            case OperandType.InlineNone:
                return 0;
            case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                return il.ReadByte();
            case OperandType.InlineVar:
                return il.ReadInt16();
            case OperandType.InlineI8 or OperandType.InlineR:
                return (int)il.ReadInt64();
            case OperandType.InlineSwitch:
                var targets = il.ReadInt32();
                il.Offset += 4 * targets;
                return 0;
            default:
                return il.ReadInt32();
        }
    }
}
