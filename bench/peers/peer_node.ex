defmodule Bench.PeerNode do
  @moduledoc """
  A separate BEAM for the NIF over `:standard_io`, as in github.com/rudebono/elixir-nif-peer-example: new for each call, or
  pooled.
  """

  @doc "Starts a node that has the code of this one."
  def start do
    paths = Enum.flat_map(:code.get_path(), &[~c"-pa", &1])
    {:ok, peer, _node} = :peer.start_link(%{connection: :standard_io, args: paths})
    peer
  end

  def stop(peer), do: :peer.stop(peer)

  @doc "Calls a function of `Bench.VipsNif` there."
  def call(peer, function, arguments),
    do: :peer.call(peer, Bench.VipsNif, function, arguments, :infinity)

  @doc "The same in a new node for this call only."
  def call_new(function, arguments) do
    peer = start()
    result = call(peer, function, arguments)
    stop(peer)
    result
  end
end
