defmodule Thumbnailer.Cluster.Refusal do
  @moduledoc false
  # Why a group does not do a request.

  alias Thumbnailer.Error
  alias Thumbnailer.Cluster.{Balancer, Membership}

  @doc "No member can do it."
  @spec unsupported(Balancer.needs(), Balancer.t(), atom) :: Error.t()
  def unsupported({loader, savers, steps}, balancer, group) do
    nodes = "none of the #{map_size(balancer.members)} nodes of #{inspect(group)}"

    if steps != [] and Balancer.capable?(balancer, {loader, savers, []}),
      do: Error.new(:bad_option, nodes <> " has all the steps any more", option: :step),
      else:
        Error.new(
          :unsupported_format,
          nodes <> " reads #{loader} and writes #{Enum.join(savers, ", ")}"
        )
  end

  @doc "Its deadline passed while it waited for a member."
  @spec timeout(Membership.t(), atom) :: Error.t()
  def timeout(%{members: members} = membership, group) when members == %{} do
    refused =
      for {node, why} <- Membership.refused(membership), do: "; #{node} is refused, for it #{why}"

    Error.new(
      :unavailable,
      "no node of the cluster group #{inspect(group)} was there in time#{refused}"
    )
  end

  def timeout(_membership, _group),
    do: Error.new(:timeout, "the deadline passed before a node of the cluster had made it")

  @doc "Too many members did not finish it."
  @spec unfinished() :: Error.t()
  def unfinished do
    why = "three nodes in a row did not finish this request: each left, hung or had no program"
    Error.new(:unavailable, why)
  end
end
