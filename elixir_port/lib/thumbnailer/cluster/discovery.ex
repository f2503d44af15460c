defmodule Thumbnailer.Cluster.Discovery do
  @moduledoc false
  # How a node finds the others of a cluster: the children of an instance with the option `:discover`, as `Options.Discovery` has checked it.

  alias Thumbnailer.Cluster.Discovery.{DNS, Gossip}

  @spec children(keyword | nil) :: [{module, term}]
  def children(nil), do: []
  def children(dns: name), do: [{DNS, name}]
  def children(gossip: options), do: [{Gossip, options}]
end
