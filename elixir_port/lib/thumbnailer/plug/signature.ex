defmodule Thumbnailer.Plug.Signature do
  @moduledoc false
  # What an address is signed with: HMAC-SHA256 (RFC 2104) of its whole path, mount and size included, and the second in
  # which it expires.

  alias Thumbnailer.Keywords
  alias Thumbnailer.Plug.Options

  @doc "The query of a signed address, with its question mark; empty without a secret."
  @spec query(Options.t(), String.t(), expires_in: pos_integer) :: String.t()
  def query(options, path, opts) do
    expires_in = opts |> Keywords.check!([:expires_in]) |> Keyword.get(:expires_in)

    case {Options.secret(options), expires_in} do
      {nil, nil} ->
        ""

      {nil, _seconds} ->
        raise ArgumentError, "option :expires_in needs the option :secret of the plug"

      {secret, nil} ->
        "?signature=" <> sign(secret, path, "")

      {secret, seconds} when is_integer(seconds) and seconds > 0 ->
        expires = Integer.to_string(System.system_time(:second) + seconds)
        "?expires=#{expires}&signature=" <> sign(secret, path, expires)

      {_secret, other} ->
        raise ArgumentError,
              "option :expires_in must be seconds, 1 or more, got: #{inspect(other)}"
    end
  end

  @doc "How many seconds the address is good for, `:infinity` for one that does not expire; or the answer when it is not."
  @spec check(Options.t(), String.t(), String.t()) ::
          {:ok, non_neg_integer | :infinity} | {:error, 403, String.t()}
  def check(options, path, query_string) do
    case Options.secret(options) do
      nil -> {:ok, :infinity}
      secret -> verify(secret, path, URI.decode_query(query_string))
    end
  end

  defp verify(secret, path, query) do
    expires = Map.get(query, "expires", "")

    # The time is believed only when the signature is right, and both take the same time to compare whatever they are.
    if equal?(Map.get(query, "signature", ""), sign(secret, path, expires)),
      do: remaining(expires),
      else: {:error, 403, "the signature is missing or wrong"}
  end

  defp remaining(""), do: {:ok, :infinity}

  # Digits alone: a number that was signed by somebody else's code may have any spelling.
  defp remaining(expires) do
    if expires =~ ~r/\A[0-9]{1,12}\z/,
      do: until(String.to_integer(expires)),
      else: {:error, 403, "the expiry is not a number of seconds"}
  end

  defp until(second) do
    case second - System.system_time(:second) do
      left when left > 0 -> {:ok, left}
      _past -> {:error, 403, "the address has expired"}
    end
  end

  # The path is percent-encoded and the expiry comes first, so no two addresses are signed alike.
  defp sign(secret, path, expires) do
    :hmac
    |> :crypto.mac(:sha256, secret, [expires, "\n", path])
    |> Base.url_encode64(padding: false)
  end

  defp equal?(given, right),
    do: byte_size(given) == byte_size(right) and :crypto.hash_equals(given, right)
end
