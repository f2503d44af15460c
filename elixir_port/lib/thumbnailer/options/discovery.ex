defmodule Thumbnailer.Options.Discovery do
  @moduledoc false
  # The option `:discover` of an instance.

  # An address of the block that organisations use within themselves (RFC 2365); a port that nobody has registered.
  @gossip [group: {239, 192, 77, 85}, port: 45_785, secret: nil, interface: nil, ttl: 1]

  @doc """
  The option with the defaults of `:gossip`.

      iex> Thumbnailer.Options.Discovery.cast(dns: "thumbs.internal")
      {:ok, [dns: "thumbs.internal"]}

      iex> Thumbnailer.Options.Discovery.cast(gossip: [port: 0])
      :error
  """
  @spec cast(term) :: {:ok, keyword} | :error
  def cast(dns: name) when is_binary(name) and name != "",
    do: if(name =~ ~r/\A[a-zA-Z0-9._-]+\z/, do: {:ok, [dns: name]}, else: :error)

  def cast(gossip: given) when is_list(given) do
    if Keyword.keyword?(given) and Enum.all?(given, &gossip?/1) and
         given |> Keyword.keys() |> Enum.uniq() |> length() == length(given),
       do: {:ok, [gossip: Keyword.merge(@gossip, given)]},
       else: :error
  end

  def cast(_other), do: :error

  defp gossip?({:group, {first, _, _, _} = group}), do: first in 224..239 and address?(group)
  defp gossip?({:port, port}), do: is_integer(port) and port in 1..65_535
  defp gossip?({:secret, secret}), do: is_binary(secret) and byte_size(secret) >= 16
  defp gossip?({:interface, address}), do: address?(address)
  defp gossip?({:ttl, ttl}), do: is_integer(ttl) and ttl in 0..255
  defp gossip?(_other), do: false

  defp address?(address), do: :inet.is_ipv4_address(address)
end
