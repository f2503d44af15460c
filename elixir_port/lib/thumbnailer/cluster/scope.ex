defmodule Thumbnailer.Cluster.Scope do
  @moduledoc false
  # The :pg scope of the groups and their subscribers.

  @spec name() :: atom
  def name, do: Thumbnailer.Cluster.Scope
end
