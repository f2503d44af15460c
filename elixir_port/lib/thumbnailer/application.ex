defmodule Thumbnailer.Application do
  @moduledoc false
  # Supervises the default instance, whose program is started by the first request. The configuration
  # `config :thumbnailer, default: false` leaves it out, `default: [workers: 4]` gives it options.

  use Application

  @impl true
  def start(_type, _args) do
    :thumbnailer
    |> Application.get_env(:default, [])
    |> children()
    |> List.insert_at(0, Thumbnailer.Cluster.Supervisor)
    |> List.insert_at(1, Thumbnailer.Call.Supervisor)
    |> Supervisor.start_link(strategy: :one_for_one, name: Thumbnailer.Supervisor)
  end

  @doc false
  @spec children(false | keyword) :: [Supervisor.child_spec()]
  def children(false), do: []
  def children(opts), do: [Thumbnailer.child_spec(Keyword.merge([lazy: true], opts))]
end
