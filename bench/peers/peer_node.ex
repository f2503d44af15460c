defmodule Bench.PeerNode do
  @moduledoc """
  A BEAM of its own for the NIF, over `:standard_io`, as github.com/rudebono/elixir-nif-peer-example has it: started for
  each call, or kept.
  """

  @doc "Starts a node that has the code of this one."
  def start do
    paths = Enum.flat_map(:code.get_path(), &['-pa', &1])
    {:ok, peer, _node} = :peer.start_link(%{connection: :standard_io, args: paths})
    peer
  end

  def stop(peer), do: :peer.stop(peer)

  @doc "Calls a function of `Bench.VipsNif` there."
  def call(peer, function, arguments),
    do: :peer.call(peer, Bench.VipsNif, function, arguments, :infinity)

  @doc "The same in a node that lives for this call alone."
  def call_new(function, arguments) do
    peer = start()
    result = call(peer, function, arguments)
    stop(peer)
    result
  end
end
