defmodule Thumbnailer.Cluster.Discovery.Heartbeat do
  @moduledoc false
  # The packet by which a node says its name, and the check of those that come.
  #
  #     packet = "thumbs", version (1 byte), milliseconds since 1970 (64 bits), size of the name (1 byte), name, HMAC-SHA256
  #
  # Anyone on the network may send anything: a name is text until the HMAC says that somebody with the secret wrote it.

  @version 1
  @head <<"thumbs", @version>>
  @mac_bytes 32

  # Clocks may differ by so much; what is older is a packet that somebody has kept.
  @fresh_ms 30_000

  @typedoc "Why a packet is refused."
  @type refusal :: :garbage | :forged | :stale | :other_version

  @doc "The key of a secret, which for none is the cookie of this node."
  @spec key(binary | nil) :: binary
  def key(nil), do: Node.get_cookie() |> Atom.to_string() |> key()
  def key(secret), do: :crypto.hash(:sha256, ["thumbnailer discovery", secret])

  @spec encode(node, binary, integer) :: binary
  def encode(node, key, now) do
    name = Atom.to_string(node)
    said = <<@head, now::64, byte_size(name), name::binary>>
    said <> mac(key, said)
  end

  @doc "The name that a packet says."
  @spec decode(binary, binary, integer) :: {:ok, String.t()} | {:error, refusal}
  def decode(
        <<@head, time::64, size, name::binary-size(size), mac::binary-size(@mac_bytes)>>,
        key,
        now
      ) do
    cond do
      not name?(name) -> {:error, :garbage}
      not same?(mac, mac(key, <<@head, time::64, size, name::binary>>)) -> {:error, :forged}
      abs(now - time) > @fresh_ms -> {:error, :stale}
      true -> {:ok, name}
    end
  end

  def decode(<<"thumbs", version, _said::binary>>, _key, _now) when version != @version,
    do: {:error, :other_version}

  def decode(_packet, _key, _now), do: {:error, :garbage}

  defp name?(name), do: name =~ ~r/\A[a-zA-Z0-9_-]{1,64}@[a-zA-Z0-9_.:-]{1,180}\z/

  defp mac(key, said), do: :crypto.mac(:hmac, :sha256, key, said)

  # In a time that does not depend on where they differ.
  defp same?(one, other), do: :crypto.hash_equals(one, other)
end
