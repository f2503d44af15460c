defmodule Thumbnailer.Cluster.Scope do
  @moduledoc false
  # The :pg scope in which the groups and their subscribers are known.

  @spec name() :: atom
  def name, do: Thumbnailer.Cluster.Scope
end
