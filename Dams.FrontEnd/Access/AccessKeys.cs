using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Microsoft.IdentityModel.Tokens;

namespace Dams.FrontEnd.Access;

/// <summary>The keys that vouch for callers besides passwords. They are read once, when the process starts.</summary>
/// <param name="TokenKeys">The keys of JWT bearer tokens; null if the identity provider's metadata gives them.</param>
/// <param name="Authorities">The authorities that issue client certificates; may be none.</param>
internal sealed record AccessKeys(IReadOnlyList<SecurityKey>? TokenKeys, X509Certificate2Collection Authorities)
{
    /// <summary>Reads the files of the settings.</summary>
    /// <exception cref="UserFileException">A file can't be read, or is wrong.</exception>
    public static AccessKeys Read(UserSettings settings)
    {
        var authorities = new X509Certificate2Collection();
        if (settings.Certificates?.AuthorityFile is { } file)
        {
            Guard("users.certificates.authorityFile", file, () => authorities.ImportFromPemFile(file));
            if (authorities.Count == 0)
                throw new UserFileException($"users.certificates.authorityFile is {file}, which has no certificate as PEM.");
        }

        IReadOnlyList<SecurityKey>? keys = null;
        if (settings.Jwt?.KeyFile is { } keyFile)
            Guard("users.jwt.keyFile", keyFile, () => keys = [KeyOf(File.ReadAllText(keyFile))]);
        return new AccessKeys(keys, authorities);
    }

    private static void Guard(string setting, string file, Action read)
    {
        try
        {
            read();
        }
        catch (Exception problem)
            when (problem is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new UserFileException($"{setting} is {file}, which can't be used: {problem.Message}", problem);
        }
    }

    private static SecurityKey KeyOf(string pem)
    {
        // The label alone does not say which kind of key a PEM file has.
        try
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false));
        }
        catch (CryptographicException)
        {
            var curve = ECDsa.Create();
            curve.ImportFromPem(pem);
            return new ECDsaSecurityKey(ECDsa.Create(curve.ExportParameters(includePrivateParameters: false)));
        }
    }
}
