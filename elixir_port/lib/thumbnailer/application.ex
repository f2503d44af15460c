defmodule Thumbnailer.Application do
  @moduledoc false
  # Supervises the default instance, whose program is started by the first request. The configuration
  # `config :thumbnailer, default: false` leaves it out, `default: [workers: 4]` gives it options.

  use Application

  alias Thumbnailer.InstanceOptions

  # What `config :thumbnailer` may hold; the others are read by `mix compile`.
  @keys [:default, :precompiled]

  @impl true
  def start(_type, _args) do
    check!(Application.get_all_env(:thumbnailer))

    :thumbnailer
    |> Application.get_env(:default, [])
    |> children()
    |> List.insert_at(0, Thumbnailer.Cluster.Supervisor)
    |> List.insert_at(1, Thumbnailer.Call.Supervisor)
    |> Supervisor.start_link(strategy: :one_for_one, name: Thumbnailer.Supervisor)
  end

  @doc false
  # What stands in the configuration and is not understood would be a limit that nobody keeps.
  @spec check!(keyword) :: :ok
  def check!(env) do
    # Erlang's own key.
    for {key, value} <- env, key not in [:included_applications | @keys] do
      raise ArgumentError,
            "config :thumbnailer, #{key}: #{inspect(value, limit: 5)} is not understood; " <>
              if(Enum.any?(InstanceOptions.table(), &(&1.name == key)),
                do: "options of the default instance stand in default: [#{key}: ...]",
                else: "it may have #{Enum.map_join(@keys, ", ", &inspect/1)}"
              )
    end

    :ok
  end

  @doc false
  @spec children(false | keyword) :: [Supervisor.child_spec()]
  def children(false), do: []

  def children(opts) do
    unless Keyword.keyword?(opts) and not Keyword.has_key?(opts, :name) do
      raise ArgumentError,
            "config :thumbnailer, default: must be false or options of an instance without :name, got: #{inspect(opts)}"
    end

    [
      Thumbnailer.child_spec(
        [name: InstanceOptions.default_name(), lazy: true]
        |> Keyword.merge(opts)
      )
    ]
  end
end
